import { type AccessKey, isActive } from '../keys/access-key.ts';
import { date } from '../keys/days.ts';
import { changesOf, type KeyHistory, type StatusChange } from '../keys/key-history.ts';

/** The roles with which the runbooks act: the one that deactivates, and the one that undoes it. */
export type RunbookRoles = {
  readonly deactivationRoleArn: string;
  readonly reactivationRoleArn: string;
};

/** A key that a runbook deactivated and that somebody else made active again. */
export type Drift = { readonly key: AccessKey; readonly deactivated: Date };

/** What is known of a drift: one, none, or nothing. */
export type KnownDrift = Drift | undefined | 'unknown';

const findDeactivation = (
  changes: readonly StatusChange[],
  { deactivationRoleArn, reactivationRoleArn }: RunbookRoles,
): StatusChange | undefined => {
  const last = changes.findLastIndex(
    ({ status, roleArn }) => status === 'Inactive' && roleArn === deactivationRoleArn,
  );
  const after = changes.slice(last + 1).filter(({ status }) => status === 'Active');
  const isUndone = after.some(({ roleArn }) =>
    // Verify takes a deactivation back by itself when it left no active key.
    [reactivationRoleArn, deactivationRoleArn].some((arn) => arn === roleArn),
  );
  return after.length > 0 && !isUndone ? changes[last] : undefined;
};

/**
 * The active key whose deactivation by a runbook was taken back last: infrastructure as code does this.
 *
 * Not what the runbooks themselves make active again, and not what no event shows.
 */
export const findDrift = (
  keys: readonly AccessKey[],
  history: KeyHistory,
  roles: RunbookRoles,
): Drift | undefined =>
  keys
    .filter(isActive)
    .flatMap((key): Drift[] => {
      const event = findDeactivation(changesOf(history, key), roles);
      return event === undefined ? [] : [{ key, deactivated: event.eventTime }];
    })
    .toSorted((one, other) => other.deactivated.getTime() - one.deactivated.getTime())[0];

const DRIFT = 'Runbook deactivated ';

/** Which key is active again, since when it should not be, and what to do, as a sentence of an annotation. */
export const describeDrift = (drift: Drift | undefined): string =>
  drift === undefined
    ? ''
    : ` ${DRIFT}${drift.key.AccessKeyId} ${date(drift.deactivated)}: fix what reactivates it.`;

/** The annotation tells this drift, and no other; where nothing is known of one, what it tells stands. */
export const tellsDrift = (annotation: string, drift: KnownDrift): boolean => {
  if (drift === 'unknown') return true;
  return drift === undefined
    ? !annotation.includes(DRIFT)
    : annotation.includes(describeDrift(drift));
};
