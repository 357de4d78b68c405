import { describe, expect, it } from 'vitest';
import { letsSend, parseQueuePolicy } from './queue-policy.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:queue';
const RULE = 'arn:aws:events:us-east-1:123456789012:rule/keys';
const sender = {
  Principal: 'events.amazonaws.com',
  SourceAccount: '123456789012',
  SourceArn: RULE,
};

/** A statement that allows the rule to send, with overrides. */
const allow = (changed: Record<string, unknown> = {}) => ({
  Effect: 'Allow',
  Principal: { Service: 'events.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: QUEUE,
  Condition: { ArnEquals: { 'aws:SourceArn': RULE } },
  ...changed,
});
const when = (Condition: object) => allow({ Condition });
const onlyTls = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 'sqs:*',
  Resource: QUEUE,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const isLet = (...Statement: unknown[]) =>
  letsSend(parseQueuePolicy({ Version: '2012-10-17', Statement }), sender, QUEUE);

describe('letsSend', () => {
  it.each([
    ['a rule', allow(), true],
    ['any rule', when({}), true],
    ['a pattern of rules', when({ ArnLike: { 'aws:SourceArn': `${RULE}*` } }), true],
    ['its account', when({ StringEquals: { 'aws:SourceAccount': '123456789012' } }), true],
    ['every action', allow({ Action: ['sqs:*'] }), true],
    ['everybody', allow({ Principal: '*' }), true],
    ['another rule', when({ ArnEquals: { 'aws:SourceArn': `${RULE}2` } }), false],
    ['another account', when({ StringEquals: { 'aws:SourceAccount': '210987654321' } }), false],
    ['a pattern with StringEquals', when({ StringEquals: { 'aws:SourceArn': '*' } }), false],
    ['another service', allow({ Principal: { Service: 'sns.amazonaws.com' } }), false],
    ['another action', allow({ Action: 'sqs:ReceiveMessage' }), false],
    ['another queue', allow({ Resource: `${QUEUE}2` }), false],
  ])('with a statement for %s: %s', (_, statement, expected) => {
    expect(isLet(statement)).toBe(expected);
  });

  it('refuses every service without a policy', () => {
    expect(letsSend(undefined, sender, QUEUE)).toBe(false);
  });

  it('gives a denial precedence', () => {
    expect(isLet(allow(), allow({ Effect: 'Deny' }))).toBe(false);
  });

  it('treats the request of a service as TLS', () => {
    expect(isLet(onlyTls, allow())).toBe(true);
    expect(isLet(onlyTls)).toBe(false);
  });
});

describe('parseQueuePolicy', () => {
  it.each([
    ['an operator', { ArnNotEquals: { 'aws:SourceArn': RULE } }, 'ArnNotEquals'],
    ['a condition key', { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }, 'PrincipalOrgID'],
  ])('refuses %s that it does not know', (_, Condition, message) => {
    expect(() => parseQueuePolicy({ Statement: [allow({ Condition })] })).toThrow(message);
  });

  it('refuses an unknown member', () => {
    expect(() => parseQueuePolicy({ Statement: [allow({ NotAction: 'sqs:*' })] })).toThrow();
  });
});
