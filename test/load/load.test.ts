import { describe, expect, it } from 'vitest';
import { createBundles } from '../bench/bundles.ts';
import { sweepUnderLoad } from './sweep.ts';

/** A small one of what `npm run load` does, in time that passes quickly. */
const SMALL = { userCount: 200, speed: 20 };

describe('a sweep of whose calls every other one is refused', () => {
  it('is complete and right, in its time and within 150 MB', async () => {
    const { rule } = await createBundles();
    const loaded = await sweepUnderLoad(rule, { ...SMALL, refusals: 'half at random' });
    expect(loaded.wrong).toBe(0);
    expect(loaded.refused).toBeGreaterThan(loaded.calls / 3);
    expect(loaded.seconds).toBeLessThanOrEqual(900);
    expect(loaded.peakMegabytes).toBeLessThanOrEqual(150);
  });
});
