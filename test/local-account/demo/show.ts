import { createColors } from 'picocolors';
import { breakCommand, WIDTH, wrap } from '../../../infra/command-line.ts';
import type { LocalAccessKey, LocalUser } from '../iam/users.ts';
import type { Invocation } from '../lambda/invocations.ts';

/** A result of a rule, as the tables show it. */
export type Result = {
  readonly userName: string;
  readonly complianceType: string;
  readonly annotation: string;
};

const isTerminal = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
const color = createColors(isTerminal);

const print = (line = ''): void => console.log(line);

/** Prints a heading. */
export const showHeading = (text: string): void => {
  print();
  for (const line of wrap(text)) print(color.bold(line));
};

/** Prints an indented paragraph. */
export const showText = (text: string): void => {
  for (const line of wrap(text, WIDTH - 2)) print(`  ${line}`);
};

const describeKey = ({ AccessKeyId, Status, CreateDate, lastUsed }: LocalAccessKey): string => {
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const use = lastUsed === undefined ? 'never used' : `last used ${day(lastUsed.LastUsedDate)}`;
  return `${AccessKeyId}  ${Status.padEnd(8)}  created ${day(CreateDate)}  ${use}`;
};

/** Prints the users with their paths and keys. */
export const showUsers = (users: readonly LocalUser[]): void => {
  for (const { Path, UserName, keys } of users) {
    const path = Path === '/' ? '' : ` (${Path})`;
    print(`  ${UserName}${path}${keys.length === 0 ? ': no access key' : ''}`);
    for (const key of keys) print(`    ${color.dim(describeKey(key))}`);
  }
};

const paint = (complianceType: string, width = 0): string => {
  const text = complianceType.padEnd(width);
  return complianceType === 'COMPLIANT' ? color.green(text) : color.red(text);
};

const isAnnotated = ({ annotation }: Result): boolean => annotation !== '';

/** Prints the results by compliance type, NON_COMPLIANT first, and results with an annotation before the others. */
export const showResults = (results: readonly Result[]): void => {
  for (const complianceType of ['NON_COMPLIANT', 'COMPLIANT']) {
    const group = results.filter((result) => result.complianceType === complianceType);
    if (group.length === 0) continue;
    print(`  ${paint(complianceType)} (${group.length})`);
    // An annotation begins with the name of the user.
    for (const { annotation } of group.filter(isAnnotated)) {
      const [first = '', ...more] = wrap(annotation, WIDTH - 6);
      print(`    ${first}`);
      for (const line of more) print(`      ${color.dim(line)}`);
    }
    const others = group.filter((result) => !isAnnotated(result));
    const names = others.map(({ userName }) => userName).join(', ');
    if (names !== '') for (const line of wrap(names, WIDTH - 4)) print(`    ${line}`);
  }
};

/** Prints the result of one user. */
export const showResult = ({ complianceType, annotation }: Result): void => {
  const width = annotation === '' ? 0 : 'NON_COMPLIANT'.length;
  const [first = '', ...more] = wrap(annotation, WIDTH - width - 4);
  print(`  ${paint(complianceType, width)}  ${color.dim(first)}`.trimEnd());
  for (const line of more) print(`  ${' '.repeat(width)}  ${color.dim(line)}`);
};

/** The characters of the line of steps so far. */
let column = 0;

/** Prints a completed step after the former steps, on the same line if it fits. */
export const showStep = (name: string, succeeded: boolean): void => {
  const width = name.length + 4;
  if (column + width > WIDTH) process.stdout.write('\n');
  if (column + width > WIDTH) column = 0;
  column += width;
  process.stdout.write(`  ${succeeded ? color.green('✓') : color.red('✗')} ${name}`);
};

/** Prints the result of an execution below its steps. */
export const showOutcome = (outcome: string, reason: string): void => {
  print();
  column = 0;
  const failed = outcome === 'Refused' ? 'The execution fails as expected. ' : '';
  showText(`${failed}${outcome}: ${reason}`);
};

/** Prints a command to copy. */
export const showCommand = (command: string): void =>
  print(color.cyan(breakCommand(command, '  ')));

/** Prints the error of the last function that failed, if there is one, and the log line of the run. */
export const showFailedFunction = (invocations: readonly Invocation[]): void => {
  const failed = invocations.findLast(({ result }) => result.FunctionError !== undefined);
  if (failed === undefined) return;
  const { errorType, errorMessage } = JSON.parse(failed.result.Payload);
  console.error(`The function ${failed.functionName} failed: ${errorType}: ${errorMessage}`);
  for (const line of failed.lines) if (line.startsWith('{')) console.error(line);
};
