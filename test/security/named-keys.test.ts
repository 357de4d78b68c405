import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalUser } from '../local-account/iam/users.ts';
import { DAY, idOf, MINUTE, statusesOf, useDeployedAccount } from '../support/runbook-scenarios.ts';

// An operator names a key, and an approver answers days later. In the meantime a thief can use the key.

const { setup } = useDeployedAccount({ approvers: 'operator' });
type Given = ReturnType<typeof setup>;

let given: Given;
beforeEach(() => {
  given = setup();
});

/** Uses an access key as a thief does, once. */
const use = (AccessKeyId: string) =>
  given.account.iam.recordUse(AccessKeyId, { ServiceName: 'sts', Region: 'us-east-1' });

/** Starts a runbook, lets days pass until the approval, and returns the end of the execution. */
const approveLater = async (
  name: 'deactivate' | 'deleteInactive',
  parameters: Record<string, string>,
  everyDay: () => unknown,
) => {
  const { account, clock } = given;
  const runbook = account.runbook(name);
  const id = runbook.start(parameters);
  await account.ssm.waiting(id);
  if (name === 'deleteInactive') clock.advance(30 * MINUTE);
  for (const _ of ['first day', 'second day']) {
    await account.settled();
    expect(account.ssm.execution(id).CurrentStepName).toBe('Approve');
    await everyDay();
    clock.advance(DAY);
  }
  const input = { AutomationExecutionId: id, SignalType: 'Approve' };
  account.ssm.operations.SendAutomationSignal(input, 'operator');
  return runbook.ended(id);
};

describe('a stolen key that is used daily', () => {
  it('is deactivated two days after an operator named it, when an approver approves', async () => {
    const alice = given.seed('alice', {}, {});
    const [AccessKeyId, kept] = [idOf(alice, 0), idOf(alice, 1)];
    use(AccessKeyId);

    const end = await approveLater('deactivate', { UserId: alice.UserId, AccessKeyId }, () => {
      use(AccessKeyId);
      use(kept);
    });

    expect(end).toMatchObject({ outcome: 'Acted' });
    expect(statusesOf(alice)).toEqual(['Inactive', 'Active']);
  });

  it('stays if the key that should stay is no longer active at the approval', async () => {
    const alice = given.seed('alice', {}, {});
    const AccessKeyId = idOf(alice, 0);

    const { status, message } = await approveLater(
      'deactivate',
      { UserId: alice.UserId, AccessKeyId },
      () => given.setStatus(alice, idOf(alice, 1), 'Inactive'),
    );

    expect([status, message]).toEqual(['Failed', expect.stringContaining('the last active key')]);
    expect(statusesOf(alice)).toEqual(['Active', 'Inactive']);
  });
});

describe('a named inactive key', () => {
  const begin = async () => {
    const alice = given.seed('alice', {}, {});
    const AccessKeyId = idOf(alice, 0);
    use(AccessKeyId);
    given.clock.advance(60 * MINUTE);
    await given.setStatus(alice, AccessKeyId, 'Inactive');
    given.clock.advance(40 * DAY);
    return { alice, parameters: { UserId: alice.UserId, AccessKeyId } };
  };
  const idsOf = ({ keys }: LocalUser) => keys.map(({ AccessKeyId }) => AccessKeyId);

  it('is deleted although IAM reports a use before its deactivation late', async () => {
    const { alice, parameters } = await begin();
    const [key] = alice.keys;

    const end = await approveLater('deleteInactive', parameters, () => {
      const LastUsedDate = new Date(given.clock.now().getTime() - 45 * DAY);
      Object.assign(key ?? {}, { lastUsed: { LastUsedDate, ServiceName: 's3', Region: 'N/A' } });
    });

    expect(end).toMatchObject({ outcome: 'Acted' });
    expect(idsOf(alice)).not.toContain(parameters.AccessKeyId);
  });

  it('stays if it was activated and deactivated again before the approval', async () => {
    const { alice, parameters } = await begin();

    const { status, message } = await approveLater(
      'deleteInactive',
      { ...parameters, MinimumInactiveDays: '0' },
      async () => {
        await given.setStatus(alice, parameters.AccessKeyId, 'Active');
        await given.setStatus(alice, parameters.AccessKeyId, 'Inactive');
      },
    );

    expect([status, message]).toEqual(['Failed', expect.stringContaining('the plan has changed')]);
    expect(idsOf(alice)).toContain(parameters.AccessKeyId);
  });
});
