import { describe, expect, it } from 'vitest';
import { countVerdicts } from '../../../rule/evaluation/evaluation.ts';

const evaluation = (
  ComplianceType: 'COMPLIANT' | 'NON_COMPLIANT' | 'NOT_APPLICABLE',
  Annotation?: string,
) => ({
  ComplianceResourceType: 'AWS::IAM::User',
  ComplianceResourceId: 'AIDAXXXXXXXXXXXXALICE',
  ComplianceType,
  Annotation,
  OrderingTimestamp: undefined,
});

describe('countVerdicts', () => {
  it('counts users, violations, and those whom only a tag keeps from one', () => {
    expect(
      countVerdicts([
        evaluation('COMPLIANT'),
        evaluation('COMPLIANT', 'In rotation until 2026-02-01'),
        evaluation('COMPLIANT', 'Exempt until 2026-12-31 by the tag k: 2 active access keys'),
        evaluation('NON_COMPLIANT', '2 active access keys, 1 allowed.'),
        evaluation('NON_COMPLIANT', '3 active access keys, 1 allowed.'),
      ]),
    ).toEqual({ Users: 5, Violations: 2, Exempt: 1 });
  });

  it('counts no user whom the rule does not apply to', () => {
    expect(countVerdicts([evaluation('NOT_APPLICABLE')])).toEqual({
      Users: 0,
      Violations: 0,
      Exempt: 0,
    });
  });
});
