import { createColors } from 'picocolors';
import { breakCommand, WIDTH, wrap } from '../command-line.ts';

/** The parts of an account that preflight checks, in the order of the report. */
const GROUPS = ['Account', 'AWS Config', 'Key events', 'Security Hub CSPM', 'Topics'] as const;

/**
 * The result of one check.
 *
 * `fine`     the account has what the rule needs
 * `missing`  the account lacks it
 * `note`     the account lacks it, and the rule works without it
 * `unread`   preflight could not find out
 */
export type Finding = {
  readonly group: (typeof GROUPS)[number];
  readonly state: 'fine' | 'missing' | 'note' | 'unread';
  readonly what: string;
  readonly why?: string;
  /** Commands and settings that fix it, one per line. */
  readonly fixes?: readonly string[];
};

/** A failed read: the IAM action and the reason. */
export type Unread = { readonly action: string; readonly reason: string };

/** Returns the finding for a failed read. */
export const unreadFinding = (
  group: Finding['group'],
  what: string,
  { action, reason }: Unread,
): Finding => ({
  group,
  state: 'unread',
  what: `could not read ${what} (${reason})`,
  why: `requires the permission ${action}`,
});

/** Quotes a value as JSON for a POSIX shell. */
export const quoteJson = (value: unknown): string =>
  `'${JSON.stringify(value).replaceAll("'", String.raw`'\''`)}'`;

/** Returns the exit code: 1 when something is missing, else 2 when something could not be read, else 0. */
export const exitCodeOf = (findings: readonly Finding[]): 0 | 1 | 2 => {
  const states = findings.map(({ state }) => state);
  if (states.includes('missing')) return 1;
  return states.includes('unread') ? 2 : 0;
};

const color = createColors(process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined);

const SIGNS = {
  fine: color.green('✓'),
  missing: color.red('✗'),
  note: color.dim('–'),
  unread: color.yellow('?'),
} as const satisfies Record<Finding['state'], string>;

const summarize = (findings: readonly Finding[]): string => {
  const count = (state: Finding['state']) =>
    findings.filter((finding) => finding.state === state).length;
  const [missing, unread] = [count('missing'), count('unread')];
  if (missing + unread === 0) return color.green('The account has everything that the rule needs.');
  return [
    ...(missing > 0 ? [color.red(`${missing} missing`)] : []),
    ...(unread > 0 ? [color.yellow(`${unread} could not be read`)] : []),
  ].join(', ');
};

/** Breaks a text into lines with this indentation. */
const indent = (spaces: number, text: string): string =>
  wrap(text, WIDTH - spaces).join(`\n${' '.repeat(spaces)}`);

/** Prints the findings by group, then a summary. */
export const printFindings = (findings: readonly Finding[]): void => {
  for (const group of GROUPS) {
    const ofGroup = findings.filter((one) => one.group === group);
    if (ofGroup.length > 0) console.log(color.bold(group));
    for (const { state, what, why, fixes = [] } of ofGroup) {
      console.log(`  ${SIGNS[state]} ${indent(4, what)}`);
      if (why !== undefined) console.log(`      ${color.dim(indent(6, why))}`);
      for (const fix of fixes) console.log(color.cyan(breakCommand(fix, '      ')));
    }
  }
  console.log(`\n${summarize(findings)}`);
};
