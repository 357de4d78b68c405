import { readFileSync } from 'node:fs';
import { parseRuleParameters } from '../../rule/evaluation/parameters.ts';
import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import type { AccessKey } from '../../rule/keys/access-key.ts';
import type { KeyHistory, StatusChange } from '../../rule/keys/key-history.ts';

const DAY_IN_MILLISECONDS = 86_400_000;

/** The instant of all evaluations in tests. */
export const at = new Date('2026-01-31T12:00:00.000Z');

/** Returns the instant a number of days before `at`, plus some milliseconds. */
export const daysBefore = (days: number, milliseconds = 0): Date =>
  new Date(at.getTime() - days * DAY_IN_MILLISECONDS + milliseconds);

/** Returns a valid key id that ends in a name. */
export const keyId = (name: string): string => `AKIA${name.padStart(16, 'X')}`;

/** Returns an active key, created 400 days ago and never used, with overrides. */
export const accessKey = (name: string, overrides: Partial<AccessKey> = {}): AccessKey => ({
  AccessKeyId: keyId(name),
  Status: 'Active',
  CreateDate: daysBefore(400),
  ...overrides,
});

/** Returns the user alice with these keys. */
export const userKeys = (
  keys: readonly AccessKey[],
  overrides: Partial<UserKeys> = {},
): UserKeys => ({ UserId: 'AIDAXXXXXXXXXXXXALICE', UserName: 'alice', keys, ...overrides });

/** The default parameters of the rule. */
export const policy = { ...parseRuleParameters(), at };

type ConfigEventName =
  | 'configuration-item-change'
  | 'configuration-item-deleted'
  | 'oversized-configuration-item-change'
  | 'scheduled-notification';

/** Reads a recorded event with a parsed invokingEvent. */
export const recordedEvent = (name: ConfigEventName) => {
  const file = new URL(`../fixtures/config-events/${name}.json`, import.meta.url);
  const event = JSON.parse(readFileSync(file, 'utf8')) as { invokingEvent: string };
  return { ...event, invokingEvent: JSON.parse(event.invokingEvent) as Record<string, unknown> };
};

/** Returns an event as Config sends it, with the invokingEvent as JSON text. */
export const asSent = <Event extends { invokingEvent: unknown }>(event: Event) => ({
  ...event,
  invokingEvent: JSON.stringify(event.invokingEvent),
});

/** Returns a trust policy for one service. */
export const trustOf = (Service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } }],
});

/** When a status change happened, in days (and milliseconds) before `at`, and who made it. */
type Made = { readonly days?: number; readonly ms?: number } & Partial<
  Pick<StatusChange, 'callerArn' | 'roleArn' | 'userAgent'>
>;

/** A change of a key's status. @default at `at`, by an unknown caller */
export const statusChange = (
  name: string,
  status: StatusChange['status'],
  { days = 0, ms = 0, callerArn, roleArn, userAgent }: Made = {},
): StatusChange => ({
  eventID: `event-${name}-${status}-${days}`,
  eventTime: daysBefore(days, ms),
  accessKeyId: keyId(name),
  status,
  callerArn,
  roleArn,
  userAgent,
});

/** Returns a complete history of 90 days with these changes. */
export const historyOf = (
  changes: readonly StatusChange[] = [],
  overrides: Partial<KeyHistory> = {},
): KeyHistory => ({ from: daysBefore(90), isComplete: true, changes, ...overrides });

/** Returns the EventBridge event of a new key of alice, with the given members. */
export const keyEvent = (detail: object = {}, outer: object = {}) => ({
  version: '0',
  id: '6f87d04b-9f74-4f04-a780-7acf4b0a9b38',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.iam',
  account: '123456789012',
  time: '2026-01-31T12:00:05Z',
  region: 'us-east-1',
  resources: [],
  detail: {
    eventVersion: '1.11',
    userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::123456789012:assumed-role/admin/bob' },
    eventTime: '2026-01-31T12:00:00Z',
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateAccessKey',
    awsRegion: 'us-east-1',
    requestParameters: { userName: 'alice' },
    responseElements: {
      accessKey: {
        userName: 'alice',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        status: 'Active',
        createDate: 'Jan 31, 2026, 12:00:00 PM',
      },
    },
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '123456789012',
    ...detail,
  },
  ...outer,
});

/** Returns the event of a batch of SQS messages with these bodies, whose ids are `message-0`, `message-1`, … */
export const batchOf = (...bodies: readonly unknown[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `receipt-${index}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1769860805000' },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:key-events',
    awsRegion: 'us-east-1',
  })),
});
