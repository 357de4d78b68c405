import { type AccessKey, compareText, isActive } from '../keys/access-key.ts';
import { isDaysBefore } from '../keys/days.ts';
import { changesOf, type KeyHistory, type StatusChange } from '../keys/key-history.ts';

/** What an earlier evaluation of the user says about a key. */
export type Known = {
  /** The last instant at which the key was known to be active, or not to exist. */
  readonly activeAt?: Date | undefined;
  /** An earlier evaluation concluded that the key has been inactive since before the history began. */
  readonly isConcluded: boolean;
};

/** Why the date of a deactivation is unknown. With `NotVisible`, the key was still active at `activeAt`. */
type Unknown =
  | { readonly unknown: 'NotVisible'; readonly activeAt: Date }
  | { readonly unknown: 'NoHistory' | 'OtherStatus' };

/** The start of a key's inactivity: an event, the time before the history began, or unknown. */
export type Inactivity =
  | { readonly key: AccessKey; readonly since: Date; readonly event: StatusChange }
  | { readonly key: AccessKey; readonly before: Date }
  | ({ readonly key: AccessKey } & Unknown);

const latest = (...instants: readonly (Date | undefined)[]): Date =>
  new Date(Math.max(...instants.map((instant) => instant?.getTime() ?? 0)));

/**
 * Returns the start of inactivity of a key that is not active, according to CloudTrail's event history.
 *
 * Scenarios (test names carry the number):
 *   1  another change after the last change to Active        → since the earliest such change: the others repeat it
 *   2  the last visible change is to Active                  → NotVisible: the deactivation is not visible yet
 *   3  no change, the history is incomplete                  → NoHistory
 *   4  no change, created, used or active in the last 90 days → NotVisible
 *   5  no change otherwise                                   → before the history began
 *   6  a status other than Inactive and Expired              → OtherStatus
 * A key is not active with the status Inactive or Expired, and changes to both count alike.
 * Boundary: of changes in the same second, the change to the current status is the later one; an instant exactly at the
 * start of the history is in the history.
 *
 * @param key  with its last use if no change is visible: see `keysWithUnreadUse`
 */
export const findInactivity = (
  key: AccessKey,
  history: KeyHistory,
  known: Pick<Known, 'activeAt'>,
): Inactivity => {
  if (key.Status !== 'Inactive' && key.Status !== 'Expired') return { key, unknown: 'OtherStatus' };
  const changes = changesOf(history, key);
  const activated = changes.findLastIndex(({ status }) => status === 'Active');
  const event = changes[activated + 1];
  if (event !== undefined) return { key, since: event.eventTime, event };
  const activation = changes[activated];
  if (activation !== undefined)
    return { key, unknown: 'NotVisible', activeAt: activation.eventTime };
  if (!history.isComplete) return { key, unknown: 'NoHistory' };
  const { from } = history;
  const activeAt = latest(key.CreateDate, key.LastUsedDate, known.activeAt);
  return activeAt >= from ? { key, unknown: 'NotVisible', activeAt } : { key, before: from };
};

/** Returns the keys that are not active, sorted by id, so that an annotation always names them in the same order. */
export const inactiveKeys = (keys: readonly AccessKey[]): readonly AccessKey[] =>
  keys
    .filter((key) => !isActive(key))
    .toSorted((one, other) => compareText(one.AccessKeyId, other.AccessKeyId));

/** Returns the keys whose last use has to be read, because no event shows their deactivation. */
export const keysWithUnreadUse = (
  keys: readonly AccessKey[],
  history: KeyHistory,
  knownOf: (key: AccessKey) => Known,
): readonly AccessKey[] =>
  keys.filter((key) => {
    const known = knownOf(key);
    return !known.isConcluded && 'before' in findInactivity(key, history, known);
  });

/** Returns the start of inactivity of each key that is not active. */
export const inactivitiesOf = (
  keys: readonly AccessKey[],
  history: KeyHistory,
  known: (key: AccessKey) => Pick<Known, 'activeAt'>,
): readonly Inactivity[] =>
  inactiveKeys(keys).map((key) => findInactivity(key, history, known(key)));

/** Tells whether a key is known to have been inactive for `maxInactiveDays` × 24 hours or longer. */
export const isTooLong = (
  inactivity: Inactivity,
  { maxInactiveDays, at }: { readonly maxInactiveDays: number; readonly at: Date },
): boolean => {
  if ('unknown' in inactivity) return false;
  const since = 'since' in inactivity ? inactivity.since : inactivity.before;
  return isDaysBefore(since, maxInactiveDays, at);
};

/**
 * Tells whether a key violates the rule. With `maxInactiveDays` 0, every key that is not active does, also if the start of
 * its inactivity is unknown.
 */
export const isViolation = (
  inactivity: Inactivity,
  policy: { readonly maxInactiveDays: number; readonly at: Date },
): boolean => policy.maxInactiveDays === 0 || isTooLong(inactivity, policy);

const startOf = (inactivity: Inactivity): number => {
  if ('unknown' in inactivity) return Number.POSITIVE_INFINITY;
  return 'since' in inactivity ? inactivity.since.getTime() : Number.NEGATIVE_INFINITY;
};

/**
 * Compares two keys, to sort the longest-inactive key first and keys with an unknown start last. Equal keys keep their
 * order, which is that of their ids.
 */
export const byInactivity = (one: Inactivity, other: Inactivity): number =>
  // The difference of two infinite numbers is NaN.
  startOf(one) - startOf(other) || 0;
