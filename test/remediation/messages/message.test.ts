import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Message, ownerFrom, toPublishInput } from '../../../remediation/messages/message.ts';
import { runs } from '../../support/property-runs.ts';

const TopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';

const messageWith = (value: string, overrides: Partial<Message> = {}): Message => ({
  event: 'DEACTIVATED',
  eventId: 'execution-1',
  accountId: '123456789012',
  ConfigRuleName: 'one-key',
  title: 'Access key deactivated',
  about: 'alice',
  threadId: '123456789012/AIDA',
  paragraphs: (show) => [`The user ${show(value)}.`, `Why: ${show('a reason')}`],
  nextSteps: (show) => [`Undo: ${show(`aws iam ${value}`)}`],
  facts: [['Started by', value]],
  ...overrides,
});

const readersOf = (message: Message, owner?: string) => {
  const input = toPublishInput(message, { TopicArn, owner });
  const byProtocol = JSON.parse(input.Message ?? '');
  return { input, byProtocol, chat: JSON.parse(byProtocol.https) };
};

describe('toPublishInput', () => {
  it('has plain text for e-mail and queues, and a custom notification for chat', () => {
    const { input, byProtocol, chat } = readersOf(messageWith('alice'), 'team-a');

    expect(input).toMatchObject({
      ...{ TopicArn, Subject: 'Access key deactivated: alice', MessageStructure: 'json' },
      MessageAttributes: {
        event: { DataType: 'String', StringValue: 'DEACTIVATED' },
        eventId: { DataType: 'String', StringValue: 'execution-1' },
        accountId: { DataType: 'String', StringValue: '123456789012' },
        configRuleName: { DataType: 'String', StringValue: 'one-key' },
        owner: { DataType: 'String', StringValue: 'team-a' },
      },
    });
    expect(byProtocol.email).toBe(byProtocol.default);
    expect(byProtocol.http).toBe(byProtocol.https);
    expect(byProtocol.default).toBe(`The user alice.

Why: a reason

Undo: aws iam alice

Event: DEACTIVATED execution-1
Owner: team-a
Started by: alice`);
    expect(chat).toEqual({
      ...{ version: '1.0', source: 'custom', id: 'execution-1' },
      content: {
        textType: 'client-markdown',
        title: 'Access key deactivated',
        description: `The user \`alice\`.

Why: \`a reason\`

Event: \`DEACTIVATED execution-1\`
Owner: \`team-a\`
Started by: \`alice\``,
        nextSteps: ['Undo: `aws iam alice`'],
        keywords: ['DEACTIVATED', 'one-key', '123456789012'],
      },
      metadata: {
        ...{ threadId: '123456789012/AIDA', summary: 'Access key deactivated' },
        eventType: 'DEACTIVATED',
        additionalContext: { accountId: '123456789012', configRuleName: 'one-key' },
      },
    });
  });

  it('has no attribute owner without an owner', () => {
    const { input, byProtocol } = readersOf(messageWith('alice'));
    expect(Object.keys(input.MessageAttributes ?? {})).toEqual([
      ...['event', 'eventId', 'accountId', 'configRuleName'],
    ]);
    expect(byProtocol.default).not.toContain('Owner');
  });

  it.each([
    ['a code span', '`*bold*`', "'*bold*'"],
    ['a mention in Slack', '<!channel> & <@U1>', '&lt;!channel&gt; &amp; &lt;@U1&gt;'],
    ['a link', '[click](https://example.com)', '[click](https://example.com)'],
    ['lines', 'a\nb\r\u2028c\u2029d\u0085e\u0000', 'a b  c d e '],
    ['text from right to left', 'a\u202eb', 'a b'],
  ])('shows %s in chat only as code', (_, value, shown) => {
    const { chat } = readersOf(messageWith(value));
    expect(chat.content.description.split('\n')[0]).toBe(`The user \`${shown}\`.`);
  });

  it.each([2_000, 2_001])('shows at most 2,000 characters of a value: %i', (length) => {
    const { byProtocol } = readersOf(messageWith('x'.repeat(length)));
    expect(byProtocol.default.split('\n')[0]).toBe(`The user ${'x'.repeat(2_000)}.`);
  });

  it.each([
    [75, 99],
    [76, 100],
    [77, 100],
  ])('has a subject of at most 100 characters: a name of %i', (length, expected) => {
    const { input } = readersOf(messageWith('alice', { about: 'u'.repeat(length) }));
    expect(input.Subject).toHaveLength(expected);
  });

  it('is a request that SNS accepts, with the same number of lines, for any value', () => {
    const property = fc.property(
      fc.string({ unit: 'binary', maxLength: 3_000 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      (value, tag) => {
        const { input, byProtocol, chat } = readersOf(
          messageWith(value, { about: value }),
          ownerFrom(tag),
        );
        expect(input.Subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,99}$/);
        expect(Buffer.byteLength(input.Message ?? '')).toBeLessThan(256 * 1024);
        const isOwned = input.MessageAttributes?.['owner'] !== undefined;
        expect(byProtocol.default.split('\n')).toHaveLength(isOwned ? 9 : 8);
        expect(chat.content.description.match(/`/g)).toHaveLength(isOwned ? 10 : 8);
      },
    );
    fc.assert(property, { numRuns: runs(200) });
  });
});

describe('ownerFrom', () => {
  it.each([
    ['an e-mail address', 'alice@example.com', 'alice@example.com'],
    ['letters of any script and spaces', ' Team Zürich 東京 ', ' Team Zürich 東京 '],
    ['characters that IAM does not allow', 'a\u0000b"c', 'a?b?c'],
    ['256 characters', 'x'.repeat(256), 'x'.repeat(256)],
    ['257 characters', 'x'.repeat(257), 'x'.repeat(256)],
    ['nothing', undefined, undefined],
    ['an empty value', '', undefined],
    ['only spaces', ' \u00a0', undefined],
  ])('returns the value of the tag, or none: %s', (_, value, owner) => {
    expect(ownerFrom(value)).toBe(owner);
  });
});
