import { describe, expect, it } from 'vitest';
import { trailVerdict } from '../../../infra/preflight/trail.ts';
import { refused, trailFacts } from '../../support/account-facts.ts';

const selectors = refused('cloudtrail:GetEventSelectors');

describe('trailVerdict', () => {
  it('is that a trail logs, whoever looks', () => {
    for (const account of ['123456789012', '210987654321', undefined])
      expect(trailVerdict(trailFacts(), account)).toEqual({ logs: true });
  });

  it("is that another account's trail without selectors of its own logs", () => {
    const facts = trailFacts({ HasCustomEventSelectors: false }, { selectors });
    expect(trailVerdict(facts, '210987654321')).toEqual({ logs: true });
    expect(trailVerdict(facts, '123456789012')).toEqual(selectors);
  });
});
