import { describe, expect, it } from 'vitest';
import { createBundles } from '../bench/bundles.ts';
import { sweepUnderLoad } from './sweep.ts';

describe('a sweep while half of its calls are refused', () => {
  it('reports every user correctly', async () => {
    const { rule } = await createBundles();
    const loaded = await sweepUnderLoad(rule, {
      ...{ userCount: 60, speed: 10 },
      refusals: 'half at random',
    });
    expect(loaded.wrong).toBe(0);
    expect(loaded.refused).toBeGreaterThan(loaded.calls / 3);
  });
});
