import { describe, expect, it } from 'vitest';
import { NOT_APPLICABLE } from '../../../rule/evaluation/evaluation.ts';

describe('NOT_APPLICABLE', () => {
  it('is a type of compliance that Config takes, and says nothing more', () => {
    expect(NOT_APPLICABLE).toStrictEqual({ ComplianceType: 'NOT_APPLICABLE' });
  });
});
