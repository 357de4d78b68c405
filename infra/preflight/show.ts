import { createColors } from 'picocolors';
import { type Finding, GROUPS } from './finding.ts';

const isTerminal = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
const color = createColors(isTerminal);

const SIGNS = {
  fine: color.green('✓'),
  missing: color.red('✗'),
  note: color.dim('–'),
  unread: color.yellow('?'),
} as const satisfies Record<Finding['state'], string>;

const showFinding = ({ state, what, why, mends = [] }: Finding): void => {
  console.log(`  ${SIGNS[state]} ${what}`);
  if (why !== undefined) console.log(`      ${color.dim(why)}`);
  // Never cut into lines: a command is there to be copied.
  for (const mend of mends) console.log(`      ${color.cyan(mend)}`);
};

const summarize = (findings: readonly Finding[]): string => {
  const count = (state: Finding['state']) =>
    findings.filter((finding) => finding.state === state).length;
  const [missing, unread] = [count('missing'), count('unread')];
  if (missing === 0 && unread === 0) return color.green('Nothing that the rule needs is missing.');
  const said = [
    missing > 0 ? color.red(`${missing} missing`) : undefined,
    unread > 0 ? color.yellow(`${unread} could not be read`) : undefined,
  ];
  return said.filter((part) => part !== undefined).join(', ');
};

/** Prints the findings under the part of the account that they are about, and what they come to. */
export const showFindings = (findings: readonly Finding[]): void => {
  for (const group of GROUPS) {
    console.log(color.bold(group));
    for (const finding of findings.filter((candidate) => candidate.group === group))
      showFinding(finding);
  }
  console.log(`\n${summarize(findings)}`);
};
