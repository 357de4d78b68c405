import type { ComplianceType } from '@aws-sdk/client-config-service';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceEvaluation } from '../../../rule/evaluation/evaluation.ts';
import { parseRuleParameters } from '../../../rule/evaluation/parameters.ts';
import { differences, type HeldResult } from '../../../rule/evaluation/recorded-result.ts';
import { at, daysBefore } from '../../support/build.ts';

const policy = { ...parseRuleParameters(), at };
const evaluation = (ComplianceType: ComplianceType, Annotation?: string): ResourceEvaluation => ({
  ComplianceResourceType: 'AWS::IAM::User',
  ComplianceResourceId: 'AIDAALICE',
  ComplianceType,
  Annotation,
  OrderingTimestamp: at,
});
const held = (overrides: Partial<HeldResult> = {}): HeldResult => ({
  ComplianceType: 'COMPLIANT',
  OrderingTimestamp: daysBefore(1),
  ...overrides,
});
const isReported = (found: ResourceEvaluation, before?: HeldResult, changed = {}) =>
  differences([found], new Map(before && [['AIDAALICE', before]]), { ...policy, ...changed })
    .length === 1;

describe('differences', () => {
  it.each(['COMPLIANT', 'NON_COMPLIANT'] as const)(
    'scenario 1: Config holds nothing, %s is reported',
    (type) => expect(isReported(evaluation(type))).toBe(true),
  );

  it('scenario 1: Config holds nothing, and of NOT_APPLICABLE it never does', () => {
    expect(isReported(evaluation('NOT_APPLICABLE'))).toBe(false);
  });

  it.each([
    ['1 ms later', -1, false],
    ['of this very instant', 0, true],
    ['1 ms earlier', 1, true],
  ])('scenario 2: a result %s that says otherwise, reported: %j', (_, before, expected) => {
    const OrderingTimestamp = new Date(at.getTime() - before);
    expect(isReported(evaluation('NON_COMPLIANT', 'a'), held({ OrderingTimestamp }))).toBe(
      expected,
    );
  });

  it('scenario 2: a later result stands even where every result is due', () => {
    const OrderingTimestamp = new Date(at.getTime() + 1);
    const later = held({ OrderingTimestamp });
    expect(isReported(evaluation('NON_COMPLIANT'), later, { refreshDays: 0 })).toBe(false);
  });

  it.each([
    ['another ComplianceType', evaluation('NON_COMPLIANT', 'same'), true],
    ['a user that is gone', evaluation('NOT_APPLICABLE'), true],
    ['another annotation', evaluation('COMPLIANT', 'other'), true],
    ['no annotation any more', evaluation('COMPLIANT'), true],
    ['the same', evaluation('COMPLIANT', 'same'), false],
  ])('scenarios 3 and 5: %s, reported: %j', (_, found, expected) => {
    expect(isReported(found, held({ Annotation: 'same' }))).toBe(expected);
  });

  it.each([
    [7, daysBefore(7), true],
    [7, daysBefore(7, 1), false],
    [365, daysBefore(365), true],
    [365, daysBefore(364), false],
    [0, at, true],
  ])(
    'scenario 4: with refreshDays %d the same of %s, reported: %j',
    (refreshDays, time, expected) => {
      const same = held({ OrderingTimestamp: time });
      expect(isReported(evaluation('COMPLIANT'), same, { refreshDays })).toBe(expected);
    },
  );

  it('compares each result with that of its own user', () => {
    const other = { ...evaluation('COMPLIANT'), ComplianceResourceId: 'AIDABOB' };
    const results = new Map([['AIDAALICE', held()]]);
    expect(differences([evaluation('COMPLIANT'), other], results, policy)).toEqual([other]);
  });

  it('leaves Config with what the sweep found, or with something newer, whatever it held', () => {
    const type = fc.constantFrom('COMPLIANT' as const, 'NON_COMPLIANT' as const);
    const annotation = fc.option(fc.constantFrom('a', 'b'), { nil: undefined });
    const instant = fc.integer({ min: -20, max: 20 }).map((days) => daysBefore(days));
    const before = fc.option(
      fc.record({ ComplianceType: type, Annotation: annotation, OrderingTimestamp: instant }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(before, type, annotation, (result, ComplianceType, Annotation) => {
        const found = evaluation(ComplianceType, Annotation);
        const after = isReported(found, result) ? found : result;
        const isNewer = result !== undefined && result.OrderingTimestamp > at;
        expect(after).toMatchObject(isNewer ? result : { ComplianceType });
        if (!isNewer) expect(after?.Annotation).toBe(Annotation);
      }),
    );
  });
});
