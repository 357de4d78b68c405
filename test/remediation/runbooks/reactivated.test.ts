import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../local-account/clock.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';

const createAccount = createDeployedAccounts({ dashboard: false, exemptionTagKey: 'keys-until' });
const DAY = 86_400_000;
const CLOUDTRAIL_DELAY = 15 * 60_000;

let account: DeployedAccount;
let clock: ReturnType<typeof createClock>;
let alice: LocalUser;
beforeEach(async () => {
  clock = createClock();
  account = await createAccount({}, { ...clock, cloudTrailDelay: CLOUDTRAIL_DELAY });
  const daysAgo = (days: number) => new Date(clock.now().getTime() - days * DAY);
  alice = account.seed({
    UserName: 'alice',
    keys: [{ CreateDate: daysAgo(400) }, { CreateDate: daysAgo(100) }],
  });
  expect((await account.run({ UserId: alice.UserId })).outcome).toBe('Acted');
  clock.advance(DAY);
});
afterEach(() => account.close());

const idOfOldKey = () => alice.keys[0]?.AccessKeyId ?? '';
const statuses = () => alice.keys.map(({ Status }) => Status);
const remediate = async (given: Record<string, string> = {}) => {
  const before = account.calls.length;
  const result = await account.run({ UserId: alice.UserId, ...given });
  const calls = account.calls.slice(before).filter(({ service }) => service === 'iam');
  return { ...result, writes: calls.filter(({ operation }) => !/^(Get|List)/.test(operation)) };
};

const undo = (userAgent?: string) => {
  const input = { UserName: 'alice', AccessKeyId: idOfOldKey(), Status: 'Active' };
  const request = { service: 'iam', operation: 'UpdateAccessKey', input } as const;
  return account.call({ ...request, principal: 'operator', userAgent });
};
const reactivate = async (userAgent?: string) => {
  await undo(userAgent);
  clock.advance(DAY);
};

describe('a key that the runbook deactivated and infrastructure as code reactivated', () => {
  it.each([
    ['Terraform', 'APN/1.0 HashiCorp/1.0 Terraform/1.9.2', 'status = "Inactive"'],
    ['CloudFormation', 'cloudformation.amazonaws.com', 'Status: Inactive'],
  ])(
    'is not deactivated again: the refusal says what to change in %s',
    async (name, userAgent, change) => {
      await reactivate(userAgent);
      const { message, writes } = await remediate();
      expect(message).toContain(`to keep it inactive, set ${change} in its ${name} resource`);
      expect(writes).toEqual([]);
    },
  );
});

describe('a key that the runbook deactivated and an operator reactivated', () => {
  beforeEach(() => reactivate());

  it('is not deactivated again: the refusal names the operator', async () => {
    const { status, message, writes } = await remediate();
    expect(status).toBe('Failed');
    expect(message).toContain(`Refused: no key of alice is selected: ${idOfOldKey()} was`);
    expect(message).toMatch(
      /reactivated on \d{4}-\d\d-\d\d by arn:aws:iam::\d{12}:user\/operator, after the runbook deactivated it on/,
    );
    expect(message).toContain('to keep it active, give alice the tag keys-until with a date');
    expect(writes).toEqual([]);
    expect(statuses()).toEqual(['Active', 'Active']);
  });

  it.each([
    [88, 'Failed'],
    [91, 'Success'],
  ])('%d days later, while CloudTrail shows it, is refused: %s', async (days, expected) => {
    clock.advance((days - 1) * DAY);
    expect((await remediate()).status).toBe(expected);
  });

  it('is deactivated again if it is named', async () => {
    const { outcome, writes } = await remediate({ AccessKeyId: idOfOldKey() });
    expect(outcome).toBe('Acted');
    expect(writes).toHaveLength(1);
    expect(statuses()).toEqual(['Inactive', 'Active']);
  });
});

describe('a key that an operator reactivated a moment ago', () => {
  it('is not deactivated again, although CloudTrail does not show the reactivation yet', async () => {
    await undo();
    const { message, writes } = await remediate();
    expect(message).toMatch(
      /was reactivated after the runbook deactivated it on \d{4}-\d\d-\d\d, and CloudTrail does not yet show by whom;/,
    );
    expect(writes).toEqual([]);

    clock.advance(CLOUDTRAIL_DELAY);
    expect((await remediate()).message).toContain(':user/operator, after the runbook');
  });
});

describe('a key that the runbook ReactivateAccessKey reactivated', () => {
  it('is not deactivated again', async () => {
    const given = { UserId: alice.UserId, AllowSecondActiveKey: 'true' };
    expect((await account.runbook('reactivate').run(given)).outcome).toBe('Acted');
    clock.advance(CLOUDTRAIL_DELAY);
    const { message, writes } = await remediate();
    const { role } = account.runbook('reactivate');
    expect(message).toContain(`:assumed-role/${role}/`);
    expect(writes).toEqual([]);
  });
});
