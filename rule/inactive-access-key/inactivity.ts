import type { AccessKey } from '../access-key.ts';
import { changesOf, type KeyHistory, type StatusChange } from '../key-history.ts';

/** Whether the key was seen inactive before, longer ago than an event can take to become visible. */
export type Sighting =
  /** Nobody has looked at this user before. */
  | 'FirstLook'
  | 'SeenInactive'
  /** Somebody said that it is so since before the history began. */
  | 'KnownInactive'
  /** It was active, or was not there, when somebody looked; or it was seen inactive only minutes ago. */
  | 'NotSeenInactive';

/** Why nobody can tell since when a key is inactive. */
export type Unknown = 'NotVisible' | 'NoHistory' | 'OtherStatus';

/** Since when a key is inactive: by its event; since before the history begins; or why that is unknown. */
export type Inactivity =
  | { readonly key: AccessKey; readonly since: Date; readonly event: StatusChange }
  | { readonly key: AccessKey; readonly before: Date }
  | { readonly key: AccessKey; readonly unknown: Unknown };

/**
 * Since when a key that is not active has been so, by CloudTrail's event history.
 *
 * Scenarios (test names carry the number):
 *   1  a change to Inactive after the last one to Active     → since the earliest such: repeating it changes nothing
 *   2  the last visible change is one to Active              → unknown: the deactivation is not visible yet
 *   3  no change, the history is not complete                → unknown
 *   4  no change, the key was made or used in these 90 days  → unknown: it was active in them
 *   5  no change, seen before, and not inactive              → unknown: it became so since
 *   6  no change otherwise                                   → since before the history begins
 *   7  a status that no call sets, `Expired`                 → unknown
 * Boundary: of the same second the change to Inactive counts as the later one, as the key is inactive now; a key made
 * at the very beginning of the history was made in it.
 *
 * @param key  with its last use where no change is visible: `keysToAskFor`
 */
export const findInactivity = (
  key: AccessKey,
  history: KeyHistory,
  sighting: Sighting,
): Inactivity => {
  const unknown = (reason: Unknown): Inactivity => ({ key, unknown: reason });
  if (key.Status !== 'Inactive') return unknown('OtherStatus');
  const changes = changesOf(history, key);
  const activated = changes.findLastIndex(({ status }) => status === 'Active');
  const event = changes[activated + 1];
  if (event !== undefined) return { key, since: event.eventTime, event };
  if (activated >= 0) return unknown('NotVisible');
  if (!history.isComplete) return unknown('NoHistory');
  const { from } = history;
  const wasActive = [key.CreateDate, key.LastUsedDate].some((date) => date && date >= from);
  return wasActive || sighting === 'NotSeenInactive'
    ? unknown('NotVisible')
    : { key, before: from };
};

/** The keys whose last use has to be known: no change of theirs is visible, and nobody has drawn the conclusion yet. */
export const keysToAskFor = (
  keys: readonly AccessKey[],
  history: KeyHistory,
  sightingOf: (key: AccessKey) => Sighting,
): readonly AccessKey[] =>
  keys.filter((key) => {
    const sighting = sightingOf(key);
    return sighting !== 'KnownInactive' && 'before' in findInactivity(key, history, sighting);
  });
