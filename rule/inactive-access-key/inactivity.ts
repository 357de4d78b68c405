import type { AccessKey } from '../keys/access-key.ts';
import { changesOf, type KeyHistory, type StatusChange } from '../keys/key-history.ts';

/** What is known of a key from an earlier look at its user. */
export type Known = {
  /** It was active then, or not there; absent where nobody saw it so. */
  readonly activeAt?: Date;
  /** Somebody has concluded that it is inactive since before the history began. */
  readonly isConcluded: boolean;
};

/** Why nobody can tell since when a key is inactive; where only the event is missing, when it was still active. */
export type Unknown =
  | { readonly unknown: 'NotVisible'; readonly activeAt: Date }
  | { readonly unknown: 'NoHistory' | 'OtherStatus' };

/** Since when a key is inactive: by its event; since before the history begins; or why that is unknown. */
export type Inactivity =
  | { readonly key: AccessKey; readonly since: Date; readonly event: StatusChange }
  | { readonly key: AccessKey; readonly before: Date }
  | ({ readonly key: AccessKey } & Unknown);

/**
 * Since when a key that is not active has been so, by CloudTrail's event history.
 *
 * Scenarios (test names carry the number):
 *   1  a change to Inactive after the last one to Active     → since the earliest such: repeating it changes nothing
 *   2  the last visible change is one to Active              → unknown: the deactivation is not visible yet
 *   3  no change, the history is not complete                → unknown
 *   4  no change, made, used or seen active in these 90 days → unknown: the deactivation is not visible yet
 *   5  no change otherwise                                   → since before the history begins
 *   6  a status that no call sets, `Expired`                 → unknown
 * Boundary: of the same second the change to Inactive counts as the later one, as the key is inactive now; a key made
 * at the very beginning of the history was made in it.
 *
 * @param key  with its last use where no change is visible: `keysToAskFor`
 */
export const findInactivity = (
  key: AccessKey,
  history: KeyHistory,
  known: Pick<Known, 'activeAt'>,
): Inactivity => {
  if (key.Status !== 'Inactive') return { key, unknown: 'OtherStatus' };
  const changes = changesOf(history, key);
  const activated = changes.findLastIndex(({ status }) => status === 'Active');
  const event = changes[activated + 1];
  if (event !== undefined) return { key, since: event.eventTime, event };
  const activation = changes[activated]?.eventTime;
  if (activation !== undefined) return { key, unknown: 'NotVisible', activeAt: activation };
  if (!history.isComplete) return { key, unknown: 'NoHistory' };
  const { from } = history;
  // Stryker disable next-line ConditionalExpression: nothing is later than undefined; only the types need that said.
  const isInHistory = (instant?: Date) => instant !== undefined && instant >= from;
  const [activeAt] = [key.CreateDate, key.LastUsedDate, known.activeAt]
    .filter(isInHistory)
    .sort((one, other) => Number(other) - Number(one));
  return activeAt === undefined ? { key, before: from } : { key, unknown: 'NotVisible', activeAt };
};

/** The keys whose last use has to be known: no change of theirs is visible, and nobody has drawn the conclusion yet. */
export const keysToAskFor = (
  keys: readonly AccessKey[],
  history: KeyHistory,
  knownOf: (key: AccessKey) => Known,
): readonly AccessKey[] =>
  keys.filter((key) => {
    const known = knownOf(key);
    return !known.isConcluded && 'before' in findInactivity(key, history, known);
  });
