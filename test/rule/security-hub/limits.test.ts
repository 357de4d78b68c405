import { describe, expect, it } from 'vitest';
import { cut, LIMITS } from '../../../rule/security-hub/asff.ts';

describe('cut', () => {
  it.each(['Title', 'Description', 'RecommendationText', 'ProductFieldValue'] as const)(
    'keeps a %s that fits, and cuts one character more visibly',
    (member) => {
      const most = 'x'.repeat(LIMITS[member]);
      expect(cut(most, member)).toBe(most);
      expect(cut(`${most}y`, member)).toBe(`${'x'.repeat(LIMITS[member] - 3)}...`);
    },
  );
});
