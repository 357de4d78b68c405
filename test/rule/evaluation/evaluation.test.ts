import { describe, expect, it } from 'vitest';
import { countResults, NOT_APPLICABLE, toEvaluation } from '../../../rule/evaluation/evaluation.ts';
import { at } from '../../support/build.ts';

describe('toEvaluation', () => {
  const evaluation = {
    ComplianceResourceType: 'AWS::IAM::User',
    ComplianceResourceId: 'AIDAALICE',
    OrderingTimestamp: at,
  };

  it.each([
    [
      { ComplianceType: 'NON_COMPLIANT' as const, Annotation: 'alice: …', isExempt: false },
      'alice: …',
    ],
    [{ ComplianceType: 'COMPLIANT' as const }, undefined],
    [NOT_APPLICABLE, undefined],
  ])('reports only what PutEvaluations accepts: %j', (result, Annotation) => {
    const { ComplianceType } = result;
    expect(toEvaluation({ UserId: 'AIDAALICE', ...result }, at)).toStrictEqual({
      ...evaluation,
      ComplianceType,
      ...(Annotation && { Annotation }),
    });
  });
});

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
