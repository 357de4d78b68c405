import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../local-account/clock.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';

const createAccount = createDeployedAccounts({ dashboard: false });
const DAY = 86_400_000;

let account: DeployedAccount;
let clock: ReturnType<typeof createClock>;
let alice: LocalUser;
beforeEach(async () => {
  clock = createClock();
  account = await createAccount({}, clock);
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY);
  alice = account.seed({
    UserName: 'alice',
    keys: [{ CreateDate: daysAgo(400) }, { CreateDate: daysAgo(100) }],
  });
  expect((await account.run({ UserId: alice.UserId })).outcome).toBe('Acted');
  clock.advance(DAY);
});
afterEach(() => account.close());

const Details = v.object({
  EvaluationResults: v.array(v.object({ ComplianceType: v.string(), Annotation: v.string() })),
});

/** What Config holds of alice after a sweep. */
const sweep = async () => {
  await account.config.deliverSchedule(account.ConfigRuleName);
  await account.settled();
  const input = { ConfigRuleName: account.ConfigRuleName };
  const { GetComplianceDetailsByConfigRule } = account.config.operations;
  const details = v.parse(Details, GetComplianceDetailsByConfigRule(input, 'operator'));
  return details.EvaluationResults[0];
};

describe('a key that the runbook deactivated and that is active again', () => {
  it('is told of when somebody else made it active', async () => {
    const AccessKeyId = alice.keys[0]?.AccessKeyId ?? '';
    const input = { UserName: 'alice', AccessKeyId, Status: 'Active' };
    const request = { service: 'iam', operation: 'UpdateAccessKey' } as const;
    await account.call({ ...request, input, principal: 'operator' });
    const result = await sweep();
    expect(result?.ComplianceType).toBe('NON_COMPLIANT');
    expect(result?.Annotation).toContain(`Runbook deactivated ${AccessKeyId}`);
  });

  it('is not told of when the other runbook did', async () => {
    const given = { UserId: alice.UserId, AllowSecondActiveKey: 'true' };
    expect((await account.runbook('reactivate').run(given)).outcome).toBe('Acted');
    const result = await sweep();
    expect(result?.ComplianceType).toBe('NON_COMPLIANT');
    expect(result?.Annotation).not.toContain('Runbook deactivated');
  });
});
