import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../infra/local/call.ts';
import type { LocalUser } from '../../infra/local/iam/users.ts';
import { createHandler } from '../../remediation/handler.ts';
import { createClients } from '../../rule/clients.ts';
import { at, daysBefore } from '../support/build.ts';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../support/served-account.ts';

let account: ServedAccount;
let alice: LocalUser;
let lines: string[];
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  account.config.putConfigRule(ruleProperties());
  lines = [];
  for (const UserName of ['bob', 'carol', 'dave']) account.iam.seedUser({ UserName, keys: [{}] });
  alice = account.iam.seedUser({
    UserName: 'alice',
    keys: [{ CreateDate: daysBefore(400) }, { CreateDate: daysBefore(100) }],
  });
});
afterEach(() => account.close());

const plan = (input: object = {}) => {
  const clients = createClients({ writeLine: (line) => void lines.push(line) });
  const asked = {
    UserId: alice.UserId,
    AccessKeyId: '',
    MinimumIdleDays: '',
    DryRun: 'false',
    ConfigRuleName: RULE_NAME,
  };
  return createHandler({ ...clients, now: () => at })({ ...asked, ...input });
};
const setParameters = (InputParameters: object) =>
  account.config.putConfigRule({ ...ruleProperties(), InputParameters });
const denied = new ServiceError('AccessDenied', 'not authorized', 403);

describe('the planner', () => {
  it('plans on what IAM has now, of the user with that id', async () => {
    const [old, recent] = alice.keys;
    expect(await plan()).toMatchObject({
      Outcome: 'Deactivate',
      UserName: 'alice',
      AccessKeyId: old?.AccessKeyId,
      KeepAccessKeyId: recent?.AccessKeyId,
    });
  });

  it('never writes', async () => {
    await plan();
    expect(new Set(account.dispatcher.calls.map(({ operation }) => operation))).toEqual(
      new Set(['DescribeConfigRules', 'ListUsers', 'ListAccessKeys', 'GetAccessKeyLastUsed']),
    );
  });

  it('takes the parameters of the rule, and its own days before them', async () => {
    setParameters({ minimumIdleDays: '365' });
    expect(await plan()).toMatchObject({ Outcome: 'Deactivate' });
    alice.keys.reverse()[0] = {
      ...alice.keys[0],
      CreateDate: daysBefore(50),
    } as (typeof alice.keys)[0];
    alice.keys[1] = { ...alice.keys[1], CreateDate: daysBefore(60) } as (typeof alice.keys)[0];
    expect(await plan()).toMatchObject({ Outcome: 'Refused' });
    expect(await plan({ MinimumIdleDays: '60' })).toMatchObject({ Outcome: 'Deactivate' });
    setParameters({ maxActiveAccessKeys: '2' });
    expect(await plan()).toMatchObject({ Outcome: 'NothingToDo' });
  });

  it.each([
    ['DescribeConfigRules', 'config'],
    ['ListUsers', 'iam'],
    ['ListAccessKeys', 'iam'],
    ['GetAccessKeyLastUsed', 'iam'],
  ] as const)('makes no plan when %s fails', async (operation, service) => {
    account.faults.fail({ service, operation, error: denied });
    await expect(plan()).rejects.toThrow('not authorized');
  });

  it('makes no plan without the rule, or by parameters that are none', async () => {
    await expect(plan({ ConfigRuleName: 'no-such-rule' })).rejects.toThrow('does not exist');
    setParameters({ minimumIdleDays: 'seven' });
    await expect(plan()).rejects.toThrow('minimumIdleDays must be a whole number of days');
  });

  it('makes no plan when Config answers with another rule', async () => {
    account.dispatcher.register('config', { DescribeConfigRules: () => ({ ConfigRules: [] }) });
    await expect(plan()).rejects.toThrow(
      `DescribeConfigRules: expected the rule ${RULE_NAME}, got none`,
    );
  });

  it('logs one line, with the end of the key id only', async () => {
    const { AccessKeyId } = await plan();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'INFO',
        message: 'planned',
        UserId: alice.UserId,
        outcome: 'Deactivate',
        keyEndsWith: AccessKeyId.slice(-4),
        ConfigRuleName: RULE_NAME,
        Plans: 1,
        Refusals: 0,
        DescribeConfigRules: 1,
      },
    ]);
    expect(lines.join()).not.toContain(AccessKeyId);
  });

  it('leaves alone whom the rule does: exempt by the tag that the rule names', async () => {
    setParameters({ exemptionTag: 'keys-until' });
    alice.tags.set('keys-until', { Key: 'keys-until', Value: '2026-01-31' });
    expect(await plan()).toMatchObject({
      Outcome: 'NothingToDo',
      Reason: expect.stringContaining('Exempt until 2026-01-31 by the tag keys-until'),
    });
  });

  it('reads no tag of a user whose key a person named', async () => {
    setParameters({ exemptionTag: 'keys-until' });
    alice.tags.set('keys-until', { Key: 'keys-until', Value: '2026-01-31' });
    const AccessKeyId = alice.keys[1]?.AccessKeyId;
    expect(await plan({ AccessKeyId })).toMatchObject({ Outcome: 'Deactivate', AccessKeyId });
    const operations = account.dispatcher.calls.map(({ operation }) => operation);
    expect(operations).not.toContain('ListUserTags');
  });

  it('counts a refusal', async () => {
    await plan({ UserId: 'AIDANOBODYHASTHIS' });
    expect(JSON.parse(lines.join())).toMatchObject({ outcome: 'Refused', Plans: 1, Refusals: 1 });
  });
});
