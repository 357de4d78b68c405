import { describe, expect, it } from 'vitest';
import type { LocalAccessKey, LocalUser } from '../../local-account/iam/users.ts';
import {
  daysAgo,
  idOf,
  MINUTE,
  statusesOf,
  useDeployedAccount,
} from '../../support/runbook-scenarios.ts';

const { setup } = useDeployedAccount();
const ALLOWED = { AllowSecondActiveKey: 'true' };
const inactive: Partial<LocalAccessKey> = { Status: 'Inactive' };

const run = ({ UserId }: LocalUser, parameters: Record<string, string> = {}) =>
  setup()
    .account.runbook('reactivate')
    .run({ UserId, ...parameters });

describe('the runbook ReactivateAccessKey', () => {
  it('undoes a deactivation and states the command that undoes this', async () => {
    const { seed, account, clock, callsOf } = setup();
    const alice = seed('alice', {}, { CreateDate: daysAgo(500) });
    await account.run({ UserId: alice.UserId, MinimumIdleDays: '0' });
    expect(statusesOf(alice)).toEqual(['Active', 'Inactive']);
    // Config starts one evaluation a minute, and none while another one runs.
    await account.settled();
    clock.advance(MINUTE);

    const { outcome, steps, output } = await run(alice, ALLOWED);

    expect(outcome).toBe('Acted');
    expect(statusesOf(alice)).toEqual(['Active', 'Active']);
    expect(steps).toEqual([
      'Plan Success',
      'ReadPlan Success',
      'Decide Success',
      'ReactivateAccessKey Success',
      'Verify Success',
      'EvaluateAgain Success',
      'Report Success',
    ]);
    expect(output('AccessKeyId')).toBe(idOf(alice, 1));
    expect(output('Reason')).toContain(idOf(alice, 1));
    expect(output('UndoCommand')).toBe(
      `aws iam update-access-key --user-name=alice --access-key-id=${idOf(alice, 1)} --status=Inactive`,
    );
    expect(callsOf('reactivate')).toEqual([
      'Invoke',
      'UpdateAccessKey',
      'ListAccessKeys',
      'StartConfigRulesEvaluation',
    ]);
  });

  it('reactivates the named one of several inactive keys', async () => {
    const alice = setup().seed('alice', inactive, inactive);

    expect((await run(alice, { AccessKeyId: idOf(alice, 1) })).outcome).toBe('Acted');

    expect(statusesOf(alice)).toEqual(['Inactive', 'Active']);
  });

  it('states in a dry run which key it would reactivate', async () => {
    const alice = setup().seed('alice', inactive);

    const { outcome, output } = await run(alice, { DryRun: 'true' });

    expect([outcome, output('AccessKeyId')]).toEqual(['DryRun', idOf(alice, 0)]);
    expect(statusesOf(alice)).toEqual(['Inactive']);
  });

  it('has nothing to do for an active key', async () => {
    const alice = setup().seed('alice', {});

    expect((await run(alice, { AccessKeyId: idOf(alice, 0) })).outcome).toBe('NothingToDo');
  });

  it.each<[string, Partial<LocalAccessKey>[], (user: LocalUser) => string | undefined, string]>([
    ['a second active key', [{}, inactive], () => undefined, 'AllowSecondActiveKey=true'],
    ['several keys without a name', [inactive, inactive], () => undefined, 'AccessKeyId'],
    ['an expired key', [{ Status: 'Expired' }], (user) => idOf(user, 0), 'Expired'],
    ['a missing key', [inactive], () => 'AKIAMISSINGACCESSKEY', 'not an access key'],
  ])('refuses %s', async (_, keys, named, reason) => {
    const alice = setup().seed('alice', ...keys);
    const before = statusesOf(alice);
    const AccessKeyId = named(alice);

    const { status, message, steps } = await run(alice, AccessKeyId ? { AccessKeyId } : {});

    expect(status).toBe('Failed');
    expect(message).toContain('Refused: ');
    expect(message).toContain(reason);
    expect(steps).toEqual(['Plan Success', 'ReadPlan Failed']);
    expect(statusesOf(alice)).toEqual(before);
  });

  it('does not restore another key that becomes inactive meanwhile', async () => {
    const { seed, atStep } = setup();
    const alice = seed('alice', {}, inactive);
    atStep('Verify', () => Object.assign(alice.keys[0] ?? {}, inactive));

    expect((await run(alice, ALLOWED)).outcome).toBe('Acted');

    expect(statusesOf(alice)).toEqual(['Inactive', 'Active']);
  });
});
