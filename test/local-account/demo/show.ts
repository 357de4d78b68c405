import { createColors } from 'picocolors';
import type { LocalAccessKey, LocalUser } from '../iam/users.ts';

/** A result of a rule, as the tables show it. */
export type Result = {
  readonly userName: string;
  readonly complianceType: string;
  readonly annotation: string;
};

const WIDTH = 100;

const isTerminal = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
const color = createColors(isTerminal);

/** Breaks a text between words into lines of at most `width` characters. */
const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
};

const print = (line = ''): void => console.log(line);

/** Prints a heading. */
export const showHeading = (text: string): void => {
  print();
  print(color.bold(text));
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
  const nameOf = ({ Path, UserName }: LocalUser) =>
    Path === '/' ? UserName : `${UserName} (${Path})`;
  const width = Math.max(...users.map((user) => nameOf(user).length));
  for (const user of users) {
    const [first = 'no access key', ...more] = user.keys.map(describeKey);
    print(`  ${nameOf(user).padEnd(width)}  ${color.dim(first)}`);
    for (const line of more) print(`  ${' '.repeat(width)}  ${color.dim(line)}`);
  }
};

const paint = (complianceType: string, width = 0): string => {
  const text = complianceType.padEnd(width);
  return complianceType === 'COMPLIANT' ? color.green(text) : color.red(text);
};

const isAnnotated = ({ annotation }: Result): boolean => annotation !== '';

/** Prints the results by compliance type, NON_COMPLIANT first, and results with an annotation before the others. */
export const showResults = (results: readonly Result[]): void => {
  const width = Math.max(...results.map(({ userName }) => userName.length));
  for (const complianceType of ['NON_COMPLIANT', 'COMPLIANT']) {
    const group = results.filter((result) => result.complianceType === complianceType);
    if (group.length === 0) continue;
    print(`  ${paint(complianceType)} (${group.length})`);
    for (const { userName, annotation } of group.filter(isAnnotated)) {
      const [first = '', ...more] = wrap(annotation, WIDTH - width - 6);
      print(`    ${userName.padEnd(width)}  ${color.dim(first)}`);
      for (const line of more) print(`    ${' '.repeat(width)}  ${color.dim(line)}`);
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

/** Prints a completed step after the former steps, on the same line. */
export const showStep = (name: string, succeeded: boolean): void => {
  process.stdout.write(`${succeeded ? color.green('✓') : color.red('✗')} ${name}  `);
};

/** Prints the result of an execution below its steps. */
export const showOutcome = (outcome: string, reason: string): void => {
  print();
  const failed = outcome === 'Refused' ? 'The execution fails as expected. ' : '';
  showText(`${failed}${outcome}: ${reason}`);
};

/** Prints a command to copy. */
export const showCommand = (command: string): void => print(`  ${color.cyan(command)}`);
