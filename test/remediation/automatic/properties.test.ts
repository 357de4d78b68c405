import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type SynthesizedStack, synthesize } from '../../local-account/deploy/synthesize.ts';
import { giveTimeBack, takeTime } from '../../reliability/virtual-time.ts';
import { runs, SEED } from '../../support/property-runs.ts';
import { createWatch } from './invariants.ts';
import { createUserLife } from './live.ts';
import { createLivedAccount, type LivedAccount, SETTINGS } from './lived-account.ts';
import { DAYS, type Life, life, SLOTS } from './lives.ts';

/** Minutes of a day. Automatic mode runs at midnight, and AWS Config evaluates at noon. */
const [BEFORE_MIDNIGHT, AFTER_MIDNIGHT, AFTER_NOON] = [1439, 30, 750];

let stacks: Readonly<Record<0 | 14, SynthesizedStack>>;
beforeAll(() => {
  process.env['CDK_VALIDATION'] = 'false';
  stacks = {
    0: synthesize({ ...SETTINGS, rotationGraceDays: 0 }),
    14: synthesize({ ...SETTINGS, rotationGraceDays: 14 }),
  };
}, 120_000);
afterEach(giveTimeBack);

/** Lets the users live until something goes wrong. Returns that, and what happened. */
const letLive = async (account: LivedAccount, lives: readonly Life[]) => {
  const watch = createWatch(account);
  const users = lives.map((one, index) => createUserLife(account, index, one));
  for (let day = 1; day <= DAYS; day += 1) {
    await account.passTo(day, AFTER_MIDNIGHT);
    const problems = watch.after();
    for (const [slot, minute] of SLOTS.entries()) {
      await account.passTo(day, minute);
      for (const live of users) await live(day, slot);
      if (slot !== 1) continue;
      await account.passTo(day, AFTER_NOON);
      problems.push(...(await watch.compare()));
    }
    if (problems.length > 0) return { day, problems, counts: watch.counts };
    await account.passTo(day, BEFORE_MIDNIGHT);
    await watch.before();
  }
  return { day: DAYS, problems: [], counts: watch.counts };
};

describe(`${DAYS} days of automatic mode`, () => {
  it.each([0, 14] as const)(
    'deactivate no key in use, no reactivated key and no last key, leave no key behind, and report each refusal once: %i days of grace',
    async (grace) => {
      const lives = fc.sample(life, { seed: SEED, numRuns: runs(10) });
      takeTime();
      const account = await createLivedAccount(stacks[grace], lives);
      try {
        const { day, problems, counts } = await letLive(account, lives);

        expect(problems, `day ${day}`).toEqual([]);
        // With these numbers, the promises were put to the test.
        expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).toBeGreaterThan(0);
      } finally {
        await account.close();
      }
    },
    // Milliseconds, which grow with the number of users.
    runs(300_000),
  );
});
