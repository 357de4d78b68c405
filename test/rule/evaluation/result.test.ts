import { describe, expect, it } from 'vitest';
import { countResults, NOT_APPLICABLE } from '../../../rule/evaluation/result.ts';

describe('countResults', () => {
  it('counts evaluated users, violations and exempt users', () => {
    const compliant = { ComplianceType: 'COMPLIANT' as const };
    const violation = { ComplianceType: 'NON_COMPLIANT' as const };
    const results = [
      compliant,
      { ...compliant, isExempt: false },
      { ...compliant, isExempt: true },
      violation,
      violation,
      NOT_APPLICABLE,
    ];
    expect(countResults(results)).toEqual({ Users: 5, Violations: 2, Exempt: 1 });
    expect(countResults([])).toEqual({ Users: 0, Violations: 0, Exempt: 0 });
  });
});
