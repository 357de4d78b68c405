import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import { bridgedEvent } from '../../local-account/events/rules.ts';
import type { UserSeed } from '../../local-account/iam/users.ts';
import { at, daysBefore } from '../../support/build.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';
import { createSteppedClock } from '../../support/stepped-clock.ts';

const topicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;
const DAY = 86_400_000;

const deployed = createDeployedAccounts({
  ...{ dashboard: false, keyEvents: false, triggers: 'schedule' },
  ...{ notificationTopicArn: topicArn, ownerTagKey: 'owner', automaticRemediation: true },
});

let account: DeployedAccount;
let clock: ReturnType<typeof createSteppedClock>;
afterEach(() => account.close());

/** Subscribes a queue to the topic, like the commands of docs/notifications.md. */
const subscribe = async (QueueName: string, filter: object, raw = false) => {
  account.sqs.create({ QueueName });
  account.sqs.setPolicy(account.sqs.urlOf(QueueName), {
    Statement: [
      {
        ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' } },
        ...{ Action: 'sqs:SendMessage', Resource: queueArn(QueueName) },
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  });
  const attributes = { FilterPolicy: JSON.stringify(filter), RawMessageDelivery: String(raw) };
  const entries = Object.entries(attributes).flatMap(([key, value], index) => [
    [`Attributes.entry.${index + 1}.key`, key],
    [`Attributes.entry.${index + 1}.value`, value],
  ]);
  await account.call({
    ...{ service: 'sns', operation: 'Subscribe', principal: 'operator' },
    input: {
      ...{ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn(QueueName) },
      ...Object.fromEntries(entries),
    },
  });
};

const deploy = async () => {
  clock = createSteppedClock();
  account = await deployed({}, clock);
  account.sns.createTopic('keys');
};

const settle = () => clock.settle(account);
const sweep = async (name = account.ConfigRuleName) => {
  await account.config.deliverSchedule(name);
  await settle();
};

const Notification = v.object({
  Message: v.string(),
  Subject: v.string(),
  MessageAttributes: v.record(v.string(), v.object({ Type: v.string(), Value: v.string() })),
});
const received = (name: string) =>
  (account.sqs.withArn(queueArn(name))?.messages() ?? []).map(({ Body }) => {
    const { Message, Subject, MessageAttributes } = v.parse(Notification, JSON.parse(Body));
    const attributes = Object.entries(MessageAttributes).map(([key, { Value }]) => [key, Value]);
    return { Message, Subject, attributes: Object.fromEntries(attributes) };
  });

const lastUsed = (days: number) => ({
  lastUsed: { LastUsedDate: daysBefore(days), ServiceName: 's3', Region: 'us-east-1' },
});
const abandoned = { CreateDate: daysBefore(400), ...lastUsed(200) };
const fresh = { CreateDate: daysBefore(0.2), ...lastUsed(0.1) };
const seed = (UserName: string, owner: string, keys: UserSeed['keys'] = [abandoned, fresh]) =>
  account.seed({ UserName, keys: keys ?? [], tags: { owner } });

describe('a subscription', () => {
  it('receives what its filter policy accepts: violations and changes of its own users', async () => {
    await deploy();
    await subscribe('team-a', { owner: ['team-a'] });
    await subscribe('changes', { event: ['DEACTIVATED', 'DELETED'] });
    await subscribe('unowned', { owner: [{ exists: false }] });
    await subscribe('all', {});
    const alice = seed('alice', 'team-a');
    seed('bob', 'team-b');
    seed('carol', '');
    await sweep();

    expect((await account.run({ UserId: alice.UserId })).output('Notification')).toBe('Queued');
    await settle();

    const subjects = (name: string) => received(name).map(({ Subject }) => Subject);
    expect(subjects('team-a')).toEqual([
      'IAM user is NON_COMPLIANT: alice',
      'Access key deactivated: alice',
    ]);
    expect(subjects('changes')).toEqual(['Access key deactivated: alice']);
    expect(subjects('unowned')).toEqual(['IAM user is NON_COMPLIANT: carol']);
    expect(subjects('all')).toHaveLength(4);
    const [violation, change] = received('team-a');
    expect(violation?.Message).toContain('may deactivate an access key on 2026-02-01 00:00 UTC');
    expect(violation?.attributes).toMatchObject({
      ...{ event: 'NON_COMPLIANT', accountId: '123456789012', owner: 'team-a' },
      configRuleName: account.ConfigRuleName,
    });
    expect(change?.attributes).toMatchObject({ event: 'DEACTIVATED', owner: 'team-a' });
    expect(change?.Message).toContain(`Execution: ${change?.attributes.eventId} in us-east-1`);
  });

  it('with raw delivery receives plain text with attributes', async () => {
    await deploy();
    await subscribe('raw', { event: [{ prefix: 'NON_' }] }, true);
    seed('alice', 'team-a');

    await sweep();

    const [message] = account.sqs.withArn(queueArn('raw'))?.messages() ?? [];
    expect(message?.Body).toMatch(/^The IAM user alice \(AIDA/);
    expect(message?.MessageAttributes).toMatchObject({
      owner: { DataType: 'String', StringValue: 'team-a' },
    });
  });

  it('receives the refusal of automatic mode at the next schedule, with the owner', async () => {
    await deploy();
    await subscribe('team-a', { owner: ['team-a'], event: ['REFUSED'] });
    seed('alice', 'team-a', [
      { CreateDate: daysBefore(300), ...lastUsed(2) },
      { CreateDate: daysBefore(200), ...lastUsed(1) },
    ]);
    await sweep();
    expect(received('team-a')).toEqual([]);

    clock.advance(DAY / 2);
    await settle();

    expect(received('team-a')).toMatchObject([
      { Subject: 'Access key not deactivated: alice', attributes: { event: 'REFUSED' } },
    ]);
    expect(received('team-a')[0]?.attributes.eventId).toMatch(/\/2026-02-01T00:00:00\.000Z$/);
  });
});

describe('an event', () => {
  it('of a first sweep is not announced for old violations', async () => {
    await deploy();
    for (let user = 0; user < 20; user += 1)
      seed(`user${user}`, 'team-a', [abandoned, { ...abandoned, CreateDate: daysBefore(2) }]);

    await sweep();

    expect(account.sns.published).toEqual([]);
  });

  it('that is delivered twice repeats the message with the same eventId', async () => {
    await deploy();
    const { UserId } = seed('alice', 'team-a');
    const place = { accountId: '123456789012', region: 'us-east-1' };
    const result = { complianceType: 'NON_COMPLIANT', resultRecordedTime: at.toISOString() };
    const detail = {
      ...{ messageType: 'ComplianceChangeNotification', resourceType: 'AWS::IAM::User' },
      ...{
        configRuleName: account.ConfigRuleName,
        resourceId: UserId,
        newEvaluationResult: result,
      },
    };
    const own = { 'detail-type': 'Config Rules Compliance Change', source: 'aws.config', detail };
    const event = bridgedEvent(own, place, at);

    account.events.put(event);
    await settle();
    account.events.put(event);
    await settle();

    expect(account.sns.published.map(({ attributes }) => attributes['eventId'])).toEqual([
      event.id,
      event.id,
    ]);
  });

  it('ends in the dead-letter queue if the topic is gone, and its run is not affected', async () => {
    clock = createSteppedClock();
    account = await deployed({}, clock);
    const alice = seed('alice', 'team-a');

    const { outcome, output } = await account.run({ UserId: alice.UserId });
    await settle();

    expect([outcome, output('Notification')]).toEqual(['Acted', 'Queued']);
    const dead = account.sqs
      .all()
      .filter(({ properties }) => properties.QueueName.includes('Dead'));
    const letters = dead.flatMap((queue) => queue.messages()).map(({ Body }) => JSON.parse(Body));
    expect(letters).toMatchObject([{ Outcome: 'Deactivate', UserName: 'alice' }]);
  });
});
