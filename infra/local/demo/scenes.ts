import type { LocalAccount } from '../account.ts';
import { createKeyOwner } from './key-owner.ts';
import type { Remediated } from './operator.ts';
import { expect, PROMISED } from './promises.ts';
import { type Result, showHeading, showOutcome, showResults, showText } from './show.ts';

/** In milliseconds of the account: Config evaluates a rule at most once a minute. */
export const TWO_MINUTES = 120_000;

/** The names of the NON_COMPLIANT users. */
export const nonCompliant = (results: readonly Result[]): string[] =>
  results
    .filter(({ complianceType }) => complianceType === 'NON_COMPLIANT')
    .map(({ userName }) => userName);

/** A second key is made, and later deleted; the compliance follows both times without anybody asking for it. */
export const tellKeyEvents = async (
  account: LocalAccount,
  readResults: () => Promise<Result[]>,
) => {
  const UserName = 'dora.lindqvist@example.com';
  const { createKey, deleteNewestKey, untilEvaluated } = createKeyOwner(account);
  const scenes = [
    ['makes a second key', createKey, PROMISED.nonCompliantWithSecondKey],
    ['deletes it again', deleteNewestKey, PROMISED.nonCompliantBefore],
  ] as const;
  for (const [what, act, promised] of scenes) {
    showHeading(`${UserName} ${what}, and nobody asks for an evaluation`);
    const minutes = await untilEvaluated(() => act(UserName));
    showText(
      `${minutes.toFixed(1)} minutes later CloudTrail, EventBridge and the queue start one:`,
    );
    const results = await readResults();
    showResults(results.filter(({ userName }) => userName === UserName));
    expect('NON_COMPLIANT users', nonCompliant(results), promised);
  }
};

/** Each click on Remediate, and the commands that undo what came of it. */
export const tellRemediations = async (
  remediate: (userName: string) => Promise<Remediated>,
  pass: (milliseconds: number) => void,
): Promise<readonly string[]> => {
  const undoCommands: string[] = [];
  const remediated = new Set<string>();
  for (const [userName, promised] of PROMISED.remediations) {
    pass(TWO_MINUTES);
    const again = remediated.has(userName) ? ' again: one execution takes one key' : '';
    showHeading(`Remediate ${userName}${again}`);
    remediated.add(userName);
    process.stdout.write('  ');
    const { outcome, reason, undoCommand } = await remediate(userName);
    showOutcome(outcome, reason);
    expect(`the remediation of ${userName}`, outcome, promised);
    if (undoCommand !== undefined) undoCommands.push(undoCommand);
  }
  return undoCommands;
};
