import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Recorded, serveKeyOwners, type WatchedKey } from '../../support/key-owners.ts';
import { runs } from '../../support/property-runs.ts';
import { inactivityStory } from '../../support/random-inactivity.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** An evaluation of a user: its instant, the recorded result before it, and the instant of the first evaluation. */
type Look = {
  readonly at: number;
  readonly recorded: Recorded | undefined;
  readonly firstLook: number;
};

/** The truth about an inactive key at an instant, and what can be known about it. */
const truthOf = ({ key, since, changes }: WatchedKey, { at, recorded, firstLook }: Look) => {
  const historyBegins = at - 90 * DAY;
  const isOnItsWay = (change: WatchedKey['changes'][number]) => change.visible > at;
  const deactivations = changes.filter((one) => one.status === 'Inactive' && one.at >= since);
  // A repeated deactivation can be the only one that is still in the history.
  const shown = deactivations.find((one) => one.at > historyBegins);
  return {
    id: key.AccessKeyId,
    days: (at - since) / DAY,
    shownSince: shown?.at ?? since,
    shownDays: (at - (shown?.at ?? since)) / DAY,
    isSettled: !changes.some(isOnItsWay),
    /** It was active within the last minutes, and no event shows that yet. */
    wasActiveUnseen: changes.some((change) => isOnItsWay(change) && change.status === 'Active'),
    /** It changed minutes before the first evaluation, and no event shows that yet: see ADR 0011. */
    wasMissedAtFirst: changes.some((change) => isOnItsWay(change) && change.at <= firstLook),
    isInHistory: shown !== undefined,
    /** An event leaves the history about now. */
    isBeingForgotten: deactivations.some((one) => Math.abs(one.at - historyBegins) <= MINUTE),
    /** The recorded result neither says nor shows that it was active in these 90 days. */
    isKnown:
      recorded === undefined ||
      recorded.annotation.includes(`${key.AccessKeyId} has been inactive since 2`) ||
      recorded.annotation.includes(`${key.AccessKeyId} has been inactive for at least 90 days`),
  };
};

const dateOf = (instant: number) => new Date(instant).toISOString().slice(0, 10);

/** Expects a result to be true, as far as it can be known. */
const expectTruth = (
  inactive: readonly ReturnType<typeof truthOf>[],
  { ComplianceType, annotation }: Recorded,
  limit: number,
) => {
  if (ComplianceType === 'NON_COMPLIANT' && inactive.every(({ days }) => days < limit)) {
    // Only an event that is not visible yet is an excuse.
    const excused = inactive.filter(
      ({ wasMissedAtFirst, wasActiveUnseen }) => wasMissedAtFirst || wasActiveUnseen,
    );
    expect(excused, 'reasons for being NON_COMPLIANT too early').not.toEqual([]);
  }

  if (limit === 0) expect(ComplianceType).toBe(inactive.length > 0 ? 'NON_COMPLIANT' : 'COMPLIANT');

  for (const key of inactive) {
    expect(annotation).toContain(key.id);
    if (!key.isSettled || key.isBeingForgotten) continue;
    const [, date] = annotation.match(`${key.id} has been inactive since (\\S{10})`) ?? [];
    if (key.isInHistory) expect(date).toBe(dateOf(key.shownSince));
    else if (!key.isKnown) expect(annotation).toContain(`${key.id} is inactive and was active on`);
    if (key.shownDays >= limit && (key.isInHistory || key.isKnown))
      expect(ComplianceType, 'a key that is known to be inactive for too long').toBe(
        'NON_COMPLIANT',
      );
  }
};

describe('the rule on inactive keys, over 120 days of random events,', () => {
  it('is NON_COMPLIANT exactly from the day that a key has been inactive for too long, and COMPLIANT if that is unknown', async () => {
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
              const look = { at, recorded: before.get(UserId), firstLook };
              const inactive = keys
                .filter(({ key }) => key.Status === 'Inactive')
                .map((key) => truthOf(key, look));
              const now = after.get(UserId);
              if (now === undefined) throw new Error(`expected a result of ${UserId}, got none`);
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
