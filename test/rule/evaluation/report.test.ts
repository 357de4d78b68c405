import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedResult, RecordedResults } from '../../../rule/aws/config.ts';
import {
  differences,
  FutureResultError,
  findDifferences,
  isNewer,
  requireNoFutureResult,
  toEvaluation,
} from '../../../rule/evaluation/report.ts';
import { NOT_APPLICABLE, type Result, type UserResult } from '../../../rule/evaluation/result.ts';
import { at, daysBefore, policy as parameters } from '../../support/build.ts';

/** The evaluation is compared with recorded results an hour after its instant. */
const now = daysBefore(0, 3_600_000);
const policy = { ...parameters, now };

const UserId = 'AIDAALICE';
const result = (ComplianceType: Result['ComplianceType'], Annotation?: string): UserResult => ({
  UserId,
  ComplianceType,
  Annotation,
});
const recorded = (overrides: Partial<RecordedResult> = {}): RecordedResult => ({
  ComplianceType: 'COMPLIANT',
  OrderingTimestamp: daysBefore(1),
  ...overrides,
});
const resultsOf = (before?: RecordedResult): RecordedResults =>
  new Map(before && [[UserId, before]]);
const comparison = { ...policy, refreshes: 'all' } as const;
const isReported = (now: UserResult, before?: RecordedResult, changed = {}) =>
  differences([now], resultsOf(before), { ...comparison, ...changed }).length === 1;

describe('isNewer', () => {
  it.each([
    [-1, false],
    [0, false],
    [1, true],
    [75 * 60_000, true],
    [75 * 60_000 + 1, false],
  ])('a result %d ms after the run, which ends an hour later: %j', (milliseconds, expected) => {
    const OrderingTimestamp = daysBefore(0, milliseconds);
    expect(isNewer(recorded({ OrderingTimestamp }), { at, now })).toBe(expected);
  });
});

describe('differences', () => {
  it.each([
    ['COMPLIANT', true],
    ['NON_COMPLIANT', true],
    ['NOT_APPLICABLE', false],
  ] as const)('scenario 1: no recorded result, %s is reported: %j', (type, expected) => {
    expect(isReported(result(type))).toBe(expected);
  });

  it.each([
    ['1 ms later', 1, 7, false],
    ['1 ms later, although all results are due', 1, 0, false],
    ['of the same instant', 0, 7, true],
    ['1 ms earlier', -1, 7, true],
  ])('scenario 2: another recorded result %s, reported: %j', (_, ms, refreshDays, expected) => {
    const before = recorded({ OrderingTimestamp: daysBefore(0, ms) });
    expect(isReported(result('NON_COMPLIANT', 'a'), before, { refreshDays })).toBe(expected);
  });

  it.each([
    ['another ComplianceType', result('NON_COMPLIANT', 'bob: K (used).'), true],
    ['a user that is gone', result('NOT_APPLICABLE'), true],
    ['another conclusion', result('COMPLIANT', 'bob: L (used).'), true],
    ['no annotation', result('COMPLIANT'), true],
    ['the same', result('COMPLIANT', 'bob: K (used). As of 2026-01-30 UTC.'), false],
    ['other evidence', result('COMPLIANT', 'bob: K (never used). As of 2026-01-30 UTC.'), false],
    ['another date', result('COMPLIANT', 'bob: K (used). As of 2026-01-31 UTC.'), false],
  ])('scenarios 3 and 5: %s, reported: %j', (_, now, expected) => {
    const before = recorded({ Annotation: 'bob: K (used). As of 2026-01-30 UTC.' });
    expect(isReported(now, before)).toBe(expected);
  });

  it.each([
    [7, daysBefore(7), true],
    [7, daysBefore(7, 1), false],
    [365, daysBefore(365), true],
    [365, daysBefore(365, 1), false],
    [0, at, true],
  ])(
    'scenario 4: refreshDays %d, the same result of %s, reported: %j',
    (refreshDays, time, expected) => {
      const before = recorded({ OrderingTimestamp: time });
      expect(isReported(result('COMPLIANT'), before, { refreshDays })).toBe(expected);
    },
  );

  it.each([
    ['15 minutes in the future', 75 * 60_000, false],
    ['more', 75 * 60_000 + 1, true],
  ])('scenario 6: the same result, of %s, reported: %j', (_, milliseconds, expected) => {
    const before = recorded({ OrderingTimestamp: daysBefore(0, milliseconds) });
    expect(isReported(result('COMPLIANT'), before)).toBe(expected);
  });

  it.each([
    ['COMPLIANT', 'all', true],
    ['COMPLIANT', 'violations', false],
    ['NON_COMPLIANT', 'all', true],
    ['NON_COMPLIANT', 'violations', true],
    ['NOT_APPLICABLE', 'violations', false],
  ] as const)(
    'scenario 4: an old %s result, with a rule that refreshes %s, reported: %j',
    (ComplianceType, refreshes, expected) => {
      const before = recorded({ ComplianceType, OrderingTimestamp: daysBefore(8) });
      expect(isReported(result(ComplianceType), before, { refreshes })).toBe(expected);
    },
  );

  it('compares each result with the recorded result of the same user', () => {
    const other = { ...result('COMPLIANT'), UserId: 'AIDABOB' };
    expect(differences([result('COMPLIANT'), other], resultsOf(recorded()), comparison)).toEqual([
      other,
    ]);
  });

  it('leaves the result of the sweep or a newer one recorded', () => {
    const type = fc.constantFrom('COMPLIANT' as const, 'NON_COMPLIANT' as const);
    const annotation = fc.option(fc.constantFrom('a', 'b'), { nil: undefined });
    // Days before the run, or minutes after it.
    const instant = fc.oneof(
      fc.integer({ min: 0, max: 20 }).map((days) => daysBefore(days)),
      fc.integer({ min: 1, max: 90 }).map((minutes) => daysBefore(0, minutes * 60_000)),
    );
    const before = fc.option(
      fc.record({ ComplianceType: type, Annotation: annotation, OrderingTimestamp: instant }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(before, type, annotation, (earlier, ComplianceType, Annotation) => {
        const now = result(ComplianceType, Annotation);
        const after = isReported(now, earlier) ? now : earlier;
        const isSuperseded =
          earlier !== undefined &&
          earlier.OrderingTimestamp > at &&
          earlier.OrderingTimestamp <= daysBefore(0, 75 * 60_000);
        expect(after).toMatchObject(isSuperseded ? earlier : { ComplianceType });
        if (!isSuperseded) expect(after?.Annotation).toBe(Annotation);
      }),
    );
  });
});

describe('findDifferences', () => {
  const violation = result('NON_COMPLIANT', 'a');
  /** Finds differences from results recorded at the start and at the end of a sweep, and counts the reads. */
  const find = async (now: UserResult, start?: RecordedResult, end?: RecordedResult) => {
    let reads = 0;
    const readResults = async () => {
      reads += 1;
      return resultsOf(end);
    };
    const by = { ...comparison, recorded: resultsOf(start) };
    return { found: await findDifferences(readResults, [now], by), reads };
  };
  const newer = recorded({ OrderingTimestamp: daysBefore(0, 1) });
  const older = recorded({ OrderingTimestamp: daysBefore(2) });

  it.each([
    ['unchanged', violation, recorded(), recorded(), [violation]],
    ['replaced by a newer run', violation, recorded(), newer, []],
    ['replaced by an older run', violation, recorded(), older, [violation]],
    ['withdrawn by a newer run', violation, recorded(), undefined, []],
    ['recorded by a newer run', violation, undefined, newer, []],
    ['still missing', violation, undefined, undefined, [violation]],
  ])('compares with the results at the end of the sweep: %s', async (_, now, start, end, found) => {
    expect(await find(now, start, end)).toEqual({ found, reads: 1 });
  });

  it('does not read again if nothing has changed', async () => {
    expect(await find(result('COMPLIANT'), recorded())).toEqual({ found: [], reads: 0 });
  });
});

describe('requireNoFutureResult', () => {
  const require = (...milliseconds: readonly number[]) =>
    requireNoFutureResult(
      new Map(
        milliseconds.map((one, index) => [
          `AIDA${index}`,
          recorded({ OrderingTimestamp: new Date(now.getTime() + one) }),
        ]),
      ),
      { now },
    );

  it('accepts results of at most 15 minutes in the future', () => {
    expect(() => require()).not.toThrow();
    expect(() => require(-1, 0, 15 * 60_000)).not.toThrow();
  });

  it('names the first user with a later result, its date and the number of such results', () => {
    expect(() => require(0, 15 * 60_000 + 1, 20 * 60_000)).toThrow(
      new FutureResultError(
        'recorded result of AIDA1: expected a date at most 15 minutes after 2026-01-31T13:00:00.000Z, got COMPLIANT of 2026-01-31T13:15:00.001Z (2 such results): delete the results of the rule',
      ),
    );
  });
});

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
