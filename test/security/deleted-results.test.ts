import { beforeEach, describe, expect, it } from 'vitest';
import { batchOf } from '../support/build.ts';
import {
  change,
  type FindingAccount,
  openFindingAccount,
  SCHEDULE,
} from '../support/finding-account.ts';
import { singleRule } from '../support/findings.ts';

const { name: ConfigRuleName } = singleRule;

let account: FindingAccount;
let alice: string;
beforeEach(async () => {
  account = await openFindingAccount();
  [alice] = account.seed('alice') as [string];
  await account.record({ [alice]: 'NON_COMPLIANT' });
  await account.handle(SCHEDULE);
  account.later(1);
});

describe('a principal that may delete evaluation results', () => {
  it.each([
    ['the schedule', () => SCHEDULE],
    ['a change of compliance', () => batchOf(change(alice, ConfigRuleName, 'NOT_APPLICABLE'))],
  ])('cannot make a violation PASSED: %s', async (_, event) => {
    const before = account.found();
    account.account.config.operations.DeleteEvaluationResults({ ConfigRuleName }, 'attacker');

    await account.handle(event());

    expect(account.found()).toEqual(before);
    expect(before).toMatchObject([{ RecordState: 'ACTIVE', Compliance: { Status: 'FAILED' } }]);
  });

  it('does not give the finding another first observation', async () => {
    const [before] = account.found();
    account.account.config.operations.DeleteEvaluationResults({ ConfigRuleName }, 'attacker');
    await account.handle(SCHEDULE);
    account.later(1);
    await account.record({ [alice]: 'NON_COMPLIANT' });
    await account.handle(SCHEDULE);
    expect(account.found()).toMatchObject([
      { FirstObservedAt: before?.FirstObservedAt, RecordState: 'ACTIVE' },
    ]);
  });
});
