import type { KeyHistory, StatusChange } from '../../rule/keys/key-history.ts';
import { daysBefore, keyId } from './build.ts';

/** When a status change happened, in days (and milliseconds) before `at`, and who made it. */
type Made = { readonly days?: number; readonly ms?: number } & Partial<
  Pick<StatusChange, 'callerArn' | 'roleArn'>
>;

/** A change of a key's status; now and by an unknown caller, unless a test says otherwise. */
export const statusChange = (
  name: string,
  status: StatusChange['status'],
  { days = 0, ms = 0, callerArn, roleArn }: Made = {},
): StatusChange => ({
  eventID: `event-${name}-${status}-${days}`,
  eventTime: daysBefore(days, ms),
  accessKeyId: keyId(name),
  status,
  callerArn,
  roleArn,
});

/** A complete history of 90 days with these changes. */
export const historyOf = (
  changes: readonly StatusChange[] = [],
  overrides: Partial<KeyHistory> = {},
): KeyHistory => ({ from: daysBefore(90), isComplete: true, changes, ...overrides });
