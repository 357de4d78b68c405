import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';

const queueArn = 'arn:aws:sqs:us-east-1:123456789012:owners';

let account: ClockedAccount;
let TopicArn: string;
beforeEach(async () => {
  account = await createClockedAccount();
  TopicArn = account.sns.createTopic('keys');
  account.sqs.create({ QueueName: 'owners' });
});

const allow = (SourceArn = TopicArn) =>
  account.sqs.setPolicy(account.sqs.urlOf('owners'), {
    Statement: [
      {
        ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' } },
        ...{ Action: 'sqs:SendMessage', Resource: queueArn },
        Condition: { ArnEquals: { 'aws:SourceArn': SourceArn } },
      },
    ],
  });

/** The flat entries of a map in a form. */
const entriesOf = (map: string, entries: readonly Readonly<Record<string, string>>[]) =>
  Object.fromEntries(
    entries.flatMap((entry, index) =>
      Object.entries(entry).map(([name, value]) => [`${map}.entry.${index + 1}.${name}`, value]),
    ),
  );
const attributesOf = (attributes: Readonly<Record<string, string>>) =>
  entriesOf(
    'MessageAttributes',
    Object.entries(attributes).map(([Name, value]) => ({
      ...{ Name, 'Value.DataType': 'String', 'Value.StringValue': value },
    })),
  );
const subscribe = (attributes: Readonly<Record<string, string>> = {}, more: object = {}) =>
  account.ask('sns', 'Subscribe', {
    ...{ TopicArn, Protocol: 'sqs', Endpoint: queueArn, ...more },
    ...entriesOf(
      'Attributes',
      Object.entries(attributes).map(([key, value]) => ({ key, value })),
    ),
  });
const publish = (attributes: Readonly<Record<string, string>> = {}, more: object = {}) =>
  account.ask('sns', 'Publish', {
    ...{ TopicArn, Message: 'hello', ...attributesOf(attributes), ...more },
  });
const bodies = () => (account.sqs.withArn(queueArn)?.messages() ?? []).map(({ Body }) => Body);

describe('a subscription of a queue', () => {
  it('receives an envelope with the text of its protocol and the attributes', async () => {
    allow();
    await subscribe();

    const Message = JSON.stringify({ default: 'text', sqs: 'for queues', email: 'for people' });
    await publish({ owner: 'team-a' }, { Message, MessageStructure: 'json', Subject: 'Hello' });

    expect(bodies().map((body) => JSON.parse(body))).toMatchObject([
      {
        ...{ Type: 'Notification', TopicArn, Subject: 'Hello', Message: 'for queues' },
        MessageAttributes: { owner: { Type: 'String', Value: 'team-a' } },
      },
    ]);
  });

  it('receives the bare text and message attributes with raw delivery', async () => {
    allow();
    await subscribe({ RawMessageDelivery: 'true' });

    await publish({ owner: 'team-a' });

    expect(account.sqs.withArn(queueArn)?.messages()).toMatchObject([
      {
        Body: 'hello',
        MessageAttributes: { owner: { DataType: 'String', StringValue: 'team-a' } },
      },
    ]);
  });

  it.each([
    [{ owner: ['team-a'] }, { owner: 'team-a' }, 1],
    [{ owner: ['team-a', 'team-b'] }, { owner: 'team-b' }, 1],
    [{ owner: ['team-a'] }, { owner: 'Team-A' }, 0],
    [{ owner: ['team-a'] }, {}, 0],
    [{ owner: ['team-a'], event: ['DELETED'] }, { owner: 'team-a' }, 0],
    [{ owner: [{ exists: false }] }, {}, 1],
    [{ owner: [{ exists: false }] }, { owner: 'team-a' }, 0],
    [{ owner: [{ exists: true }] }, { owner: 'team-a' }, 1],
    [{ owner: [{ prefix: 'team-' }] }, { owner: 'team-a' }, 1],
    [{ owner: [{ prefix: 'team-' }] }, { owner: 'alice' }, 0],
    [{ owner: [{ 'anything-but': ['team-a'] }] }, { owner: 'team-a' }, 0],
    [{ owner: [{ 'anything-but': ['team-a'] }] }, { owner: 'team-b' }, 1],
    [{ owner: [{ 'anything-but': ['team-a'] }] }, {}, 0],
  ])(
    'with the filter policy %j gets a message with %j %i times',
    async (policy, attributes, times) => {
      allow();
      await subscribe({ FilterPolicy: JSON.stringify(policy) });

      await publish(attributes as Record<string, string>);

      expect(bodies()).toHaveLength(times);
    },
  );

  it('gets nothing if the policy of the queue does not allow the topic', async () => {
    await subscribe();
    await publish();
    allow(`${TopicArn}2`);
    await publish();
    expect(bodies()).toEqual([]);
  });

  it.each([
    ['another protocol', {}, { Protocol: 'email', Endpoint: 'alice@example.com' }],
    ['an unknown queue', {}, { Endpoint: `${queueArn}2` }],
    ['an unknown attribute', { Scope: 'x' }, {}],
    ['an unknown matcher', { FilterPolicy: '{"owner":[{"suffix":"x"}]}' }, {}],
    ['a filter policy without values', { FilterPolicy: '{"owner":[]}' }, {}],
  ])('is refused with %s', async (_, attributes, more) => {
    await expect(subscribe(attributes as Record<string, string>, more)).rejects.toMatchObject({
      code: 'InvalidParameter',
    });
  });
});

describe('Publish', () => {
  it.each([
    ['JSON without a default', { MessageStructure: 'json', Message: '{"email":"x"}' }],
    ['no JSON', { MessageStructure: 'json', Message: 'text' }],
    ['another structure', { MessageStructure: 'xml', Message: 'text' }],
    ['an empty attribute', attributesOf({ owner: '' })],
    ['a name of AWS', attributesOf({ 'AWS.owner': 'x' })],
    ['a control character', attributesOf({ owner: 'a\u0000' })],
  ])('refuses %s', async (_, more) => {
    await expect(publish({}, more)).rejects.toMatchObject({ code: 'InvalidParameter' });
    expect(account.sns.published).toEqual([]);
  });
});
