import { describe, expect, it } from 'vitest';
import { builtCodeOf, ENTRIES } from '../../../infra/functions/bundle.ts';

describe('builtCodeOf', () => {
  it('is a folder of its own for each function', () => {
    expect(ENTRIES.map(builtCodeOf)).toEqual([
      'functions/rule-single-access-key',
      'functions/rule-inactive-access-key',
      'functions/rule-key-events',
      'functions/rule-security-hub',
      'functions/remediation-planner',
    ]);
  });
});
