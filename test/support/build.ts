import { readFileSync } from 'node:fs';
import { parseRuleParameters } from '../../rule/evaluation/parameters.ts';
import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import type { AccessKey } from '../../rule/keys/access-key.ts';

const DAY_IN_MILLISECONDS = 86_400_000;

/** The instant of all evaluations in tests. */
export const at = new Date('2026-01-31T12:00:00.000Z');

/** Returns the instant so many days (and milliseconds) before `at`. */
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
