import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Held, serveKeyOwners, type WatchedKey } from '../../support/key-owners.ts';
import { runs } from '../../support/property-runs.ts';
import { inactivityStory } from '../../support/random-inactivity.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** When the rule looked at a user, what Config held of it by then, and when the rule looked for the first time. */
type Look = {
  readonly at: number;
  readonly held: Held | undefined;
  readonly firstLook: number;
};

/** What is true of an inactive key at an instant, and what anybody could know of it. */
const truthOf = ({ key, since, changes }: WatchedKey, { at, held, firstLook }: Look) => {
  const historyBegins = at - 90 * DAY;
  const isOnItsWay = (change: WatchedKey['changes'][number]) => change.visible > at;
  const deactivations = changes.filter((one) => one.status === 'Inactive' && one.at >= since);
  // The history forgets: of a deactivation that was done again, what it still has is the second time.
  const shown = deactivations.find((one) => one.at > historyBegins);
  return {
    id: key.AccessKeyId,
    days: (at - since) / DAY,
    shownSince: shown?.at ?? since,
    shownDays: (at - (shown?.at ?? since)) / DAY,
    isSettled: !changes.some(isOnItsWay),
    /** It was active within the last minutes, and no event shows that yet: an older deactivation seems to hold. */
    wasActiveUnseen: changes.some((change) => isOnItsWay(change) && change.status === 'Active'),
    /** It changed minutes before the first look, and no event shows that yet: see ADR 0011. */
    wasMissedAtFirst: changes.some((change) => isOnItsWay(change) && change.at <= firstLook),
    isInHistory: shown !== undefined,
    /** An event leaves the history about now. */
    isBeingForgotten: deactivations.some((one) => Math.abs(one.at - historyBegins) <= MINUTE),
    /** Nobody could have missed it: what Config held does not say, or show, that it was active in these 90 days. */
    isKnown:
      held === undefined ||
      held.annotation.includes(`${key.AccessKeyId} inactive since `) ||
      held.annotation.includes(`${key.AccessKeyId} inactive for at least 90 days`),
  };
};

const dateOf = (instant: number) => new Date(instant).toISOString().slice(0, 10);

/** What a rule with that limit said of a user with these inactive keys is true, as far as anybody could know. */
const expectTruth = (
  inactive: readonly ReturnType<typeof truthOf>[],
  { verdict, annotation }: Held,
  limit: number,
) => {
  if (verdict === 'NON_COMPLIANT' && inactive.every(({ days }) => days < limit)) {
    // Only an event that nobody could see is an excuse.
    const excused = inactive.filter(
      ({ wasMissedAtFirst, wasActiveUnseen }) => wasMissedAtFirst || wasActiveUnseen,
    );
    expect(excused, 'why it is NON_COMPLIANT too early').not.toEqual([]);
  }

  for (const key of inactive) {
    expect(annotation).toContain(key.id);
    if (!key.isSettled || key.isBeingForgotten) continue;
    const [, date] = annotation.match(`${key.id} inactive since (\\S{10})`) ?? [];
    if (key.isInHistory) expect(date).toBe(dateOf(key.shownSince));
    else if (!key.isKnown) expect(annotation).toContain(`${key.id} inactive, unknown since when`);
    if (key.shownDays >= limit && (key.isInHistory || key.isKnown))
      expect(verdict, 'it is known that it is inactive for too long').toBe('NON_COMPLIANT');
  }
};

describe('the rule on inactive keys, whatever happened to them in 120 days,', () => {
  it('says NON_COMPLIANT once the key is inactive for that long, never before, and COMPLIANT with the reason where nobody can know', async () => {
    await fc.assert(
      fc.asyncProperty(inactivityStory, async ({ policy, users, events, looks }) => {
        const account = await serveKeyOwners(users, policy);
        let firstLook: number | undefined;
        try {
          const happenings = [
            ...events.map((event) => ({ milliseconds: event.milliseconds, event })),
            ...looks.map((milliseconds) => ({ milliseconds, event: undefined })),
          ].sort((one, other) => one.milliseconds - other.milliseconds);
          for (const { milliseconds, event } of happenings) {
            if (event !== undefined) {
              await account.take(event);
              continue;
            }
            const { at, before, after } = await account.look(milliseconds);
            firstLook ??= at;
            for (const { UserId, keys } of account.users) {
              const look = { at, held: before.get(UserId), firstLook };
              const inactive = keys
                .filter(({ key }) => key.Status === 'Inactive')
                .map((key) => truthOf(key, look));
              const now = after.get(UserId);
              if (now === undefined) throw new Error(`expected a verdict on ${UserId}, got none`);
              expectTruth(inactive, now, policy.maxInactiveDays);
            }
          }
        } finally {
          await account.close();
        }
      }),
      { numRuns: runs(20) },
    );
  });
});
