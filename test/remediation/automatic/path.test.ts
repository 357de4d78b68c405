import { afterEach, describe, expect, it } from 'vitest';
import type { LocalAccountOptions } from '../../local-account/account.ts';
import { createClock } from '../../local-account/clock.ts';
import { lookupEvents } from '../../local-account/cloudtrail/lookup-events.ts';
import { type Operation, ServiceError } from '../../local-account/dispatch.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import { at, daysBefore } from '../../support/build.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';
import { messagesOfChanges } from '../../support/runbook-scenarios.ts';

const HOUR = 3_600_000;
const SETTINGS = {
  ...{ dashboard: false, keyEvents: false, triggers: 'schedule' },
  ...{ automaticRemediation: true, automaticDeletion: true },
};
const createSilent = createDeployedAccounts(SETTINGS);
const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
const createWithTopic = createDeployedAccounts({ ...SETTINGS, notificationTopicArn });
const lastUsed = (days: number) => ({
  lastUsed: { LastUsedDate: daysBefore(days), ServiceName: 's3', Region: 'us-east-1' },
});
const abandoned = { CreateDate: daysBefore(400), ...lastUsed(200) };
const inUse = { CreateDate: daysBefore(200), ...lastUsed(1) };

let account: DeployedAccount;
let advance: (hours: number) => Promise<void>;
afterEach(() => account.close());

const deploy = async (
  options: Partial<LocalAccountOptions> = {},
  create = createSilent,
  speed = 0,
) => {
  const clock = createClock({ start: at, speed });
  account = await create({}, { ...clock, ...options });
  // CloudTrail admits two requests a second, so time passes between them.
  const now = () => {
    clock.advance(500);
    return clock.now();
  };
  const { region, cloudtrail } = account;
  const history = { visible: cloudtrail.history, now, region };
  account.register('cloudtrail', { LookupEvents: lookupEvents(history) });
  advance = async (hours) => {
    clock.advance(hours * HOUR);
    await account.settled();
  };
};

/** Adds a user whose abandoned key is deactivated, and records its violation. */
const seedViolation = async (keys = [abandoned, inUse]): Promise<LocalUser> => {
  const user = account.seed({ UserName: 'alice', keys });
  await account.config.deliverSchedule(account.ConfigRuleName);
  return user;
};
const statuses = ({ keys }: LocalUser) => keys.map(({ Status }) => Status);

const functionOf = (name: string): string =>
  [...new Set(account.lambda.invocations.map(({ functionName }) => functionName))].find((one) =>
    one.includes(name),
  ) ?? '';

/** Invokes the function that deactivates with the event of the last midnight, some times at once. */
const invoke = (times: number) => {
  const name = functionOf('AutomaticDeactivation');
  const event = account.lambda.invocations.findLast(({ functionName }) => functionName === name);
  const invocations = Array.from({ length: times }, () =>
    account.lambda.invoke(name, event?.event, 'events.amazonaws.com'),
  );
  return Promise.all(invocations);
};

const writes = () =>
  account.calls.filter(({ service, operation }) => service === 'iam' && /^(Up|De)/.test(operation));

/** Holds the starts of executions back until there are two. Then `release` receives them. */
const holdTwoStarts = (release: (starts: readonly (() => string)[]) => Promise<void>) => {
  const start: Operation = account.ssm.operations.StartAutomationExecution;
  const ids: string[] = [];
  const held: (() => string)[] = [];
  let released: Promise<void> | undefined;
  account.register('ssm', {
    StartAutomationExecution: async (input, principal) => {
      const place = held.length;
      held.push(() => {
        ids[place] = Object(start(input, principal)).AutomationExecutionId;
        return ids[place] ?? '';
      });
      if (held.length === 2) released = release(held);
      while (released === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      await released;
      return { AutomationExecutionId: ids[place] };
    },
  });
  return ids;
};
const outcomes = async (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await account.runbook('deactivate').ended(id)).outcome));

describe('automatic mode', () => {
  it('deactivates a key at the first schedule after its violation was recorded', async () => {
    await deploy();
    const user = await seedViolation();

    await advance(12 - 1 / HOUR);
    expect(statuses(user)).toEqual(['Active', 'Active']);
    await advance(1 / HOUR);

    expect(statuses(user)).toEqual(['Inactive', 'Active']);
  });

  it('is named in the message of the runbook by the role of its function', async () => {
    // The clock runs, because Lambda collects messages for a second.
    await deploy({}, createWithTopic, 2_000);
    account.sns.createTopic('keys');
    await seedViolation();
    await advance(24);

    const [{ Message = '' } = {}] = messagesOfChanges(account);
    expect(Message).toMatch(
      /^Started by: arn:aws:sts::123456789012:assumed-role\/[\w-]*-AutomaticDeactivation\w*-?\w*\/session$/m,
    );
    expect(Message).toContain('Approved by: not required');
  });

  it('deletes an inactive key: the runbook waits half an hour and plans again', async () => {
    await deploy();
    const inactive = { ...abandoned, Status: 'Inactive' } as const;
    const user = account.seed({ UserName: 'alice', keys: [inactive, inUse] });
    await account.config.deliverSchedule(account.InactiveConfigRuleName);

    await advance(12);
    expect(user.keys).toHaveLength(2);
    await advance(0.5);

    expect(statuses(user)).toEqual(['Active']);
  });

  it('starts nothing again when a schedule is delivered twice', async () => {
    await deploy();
    const user = await seedViolation();
    await advance(12);
    const before = writes().length;

    await invoke(2);
    await account.settled();

    expect(statuses(user)).toEqual(['Inactive', 'Active']);
    expect(writes()).toHaveLength(before);
  });

  it('has nothing to do in the second of two executions for one user', async () => {
    await deploy();
    await advance(12);
    const user = await seedViolation();
    const ids = holdTwoStarts(async (starts) => {
      for (const start of starts) await account.ssm.finished(start());
    });

    await invoke(2);
    await account.settled();

    expect(await outcomes(ids)).toEqual(['Acted', 'NothingToDo']);
    expect(statuses(user)).toEqual(['Inactive', 'Active']);
    expect(writes()).toHaveLength(1);
  });

  it('does no harm with two executions for one user at the same time', async () => {
    await deploy();
    await advance(12);
    const user = await seedViolation();
    const ids = holdTwoStarts(async (starts) => {
      for (const start of starts) start();
    });

    await invoke(2);
    await account.settled();

    const ends = await outcomes(ids);
    expect(ends).toContain('Acted');
    expect(ends.filter((end) => end !== 'Acted' && end !== 'NothingToDo')).toEqual([]);
    expect(ends).toHaveLength(2);
    expect(statuses(user)).toEqual(['Inactive', 'Active']);
  });

  it('works in AWS GovCloud (US), where AWS Config has no remediation', async () => {
    await deploy({ region: 'us-gov-west-1' });
    expect(account.outputs).not.toHaveProperty('RemediateCommand');
    const keys = [abandoned, inUse].map(({ lastUsed, ...key }) => ({
      ...key,
      lastUsed: { ...lastUsed, Region: 'us-gov-west-1' },
    }));
    const user = await seedViolation(keys);

    await advance(12);

    expect(statuses(user)).toEqual(['Inactive', 'Active']);
    const regions = account.calls
      .filter(({ operation }) => ['StartAutomationExecution', 'LookupEvents'].includes(operation))
      .map(({ region }) => region);
    expect(new Set(regions)).toEqual(new Set(['us-gov-west-1']));
  });

  it('that fails three times leaves its event in the dead-letter queue, and the next schedule plans again', async () => {
    await deploy();
    const user = await seedViolation();
    account.faults.fail({
      ...{ service: 'ssm', operation: 'StartAutomationExecution', always: true },
      error: new ServiceError('AutomationExecutionLimitExceededException', 'too many'),
    });

    await advance(12);

    const url = account.outputs['DeadLetterQueueUrl'] ?? '';
    const [letter, ...others] = account.sqs.withUrl(url)?.messages() ?? [];
    expect(others).toEqual([]);
    expect(JSON.parse(letter?.Body ?? '')).toMatchObject({ time: '2026-02-01T00:00:00Z' });
    expect(letter?.MessageAttributes).toMatchObject({
      ErrorMessage: { StringValue: 'too many' },
    });

    account.faults.clear();
    await advance(24);

    expect(statuses(user)).toEqual(['Inactive', 'Active']);
  });
});
