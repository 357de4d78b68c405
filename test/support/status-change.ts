import type { KeyHistory, StatusChange } from '../../rule/keys/key-history.ts';
import { daysBefore, keyId } from './build.ts';

/** The roles of the deactivation and reactivation runbooks. */
export const roles = {
  deactivationRoleArn: 'arn:aws:iam::123456789012:role/deactivation',
  reactivationRoleArn: 'arn:aws:iam::123456789012:role/reactivation',
};

/** Returns a status change so many days (and milliseconds) before `at`, by a user or a role. */
export const statusChange = (
  name: string,
  status: StatusChange['status'],
  { days = 0, ms = 0, roleArn }: { days?: number; ms?: number; roleArn?: string | undefined } = {},
): StatusChange => ({
  eventID: `event-${name}-${status}-${days}`,
  eventTime: daysBefore(days, ms),
  accessKeyId: keyId(name),
  status,
  roleArn,
});

/** Returns a complete history of 90 days with these changes. */
export const historyOf = (
  changes: readonly StatusChange[] = [],
  overrides: Partial<KeyHistory> = {},
): KeyHistory => ({ from: daysBefore(90), isComplete: true, changes, ...overrides });
