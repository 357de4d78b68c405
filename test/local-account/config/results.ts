import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import type { Deliveries } from './deliveries.ts';
import { type LocalRule, text } from './rules.ts';

/** Who hears of results. */
export type ResultsDeps = {
  readonly onNonCompliant: (rule: LocalRule, resourceId: string) => void;
  /** The result is another one than before, or the first. @default nobody hears of it */
  readonly onComplianceChange?:
    | ((rule: LocalRule, result: StoredResult, before: StoredResult | undefined) => void)
    | undefined;
  /** @default true */
  readonly dropsOlderResults?: boolean | undefined;
};

/** The results that rules reported, the last one of each resource. */
export const createResults = (deps: ResultsDeps) => {
  const { onNonCompliant, onComplianceChange, dropsOlderResults = true } = deps;
  const byRule = new Map<LocalRule, Map<string, StoredResult>>();

  const heldBy = (rule: LocalRule) => {
    const held = byRule.get(rule) ?? new Map<string, StoredResult>();
    byRule.set(rule, held);
    return held;
  };
  /** A resource of which nothing is held is as one that is not applicable. */
  const isChange = (result: StoredResult, { ComplianceType }: Partial<StoredResult> = {}) =>
    result.ComplianceType !== (ComplianceType ?? 'NOT_APPLICABLE');

  return {
    heldBy,
    /** An earlier instant than the one held tells nothing. */
    store: (rule: LocalRule, result: StoredResult) => {
      const results = heldBy(rule);
      const key = `${result.ComplianceResourceType} ${result.ComplianceResourceId}`;
      const before = results.get(key);
      const { OrderingTimestamp = result.OrderingTimestamp } = before ?? {};
      if (dropsOlderResults && OrderingTimestamp > result.OrderingTimestamp) return;
      results.set(key, result);
      if (isChange(result, before)) onComplianceChange?.(rule, result, before);
      if (result.ComplianceType === 'NON_COMPLIANT')
        onNonCompliant(rule, result.ComplianceResourceId);
    },
  };
};

const COMPLIANCE_TYPES = [
  'COMPLIANT',
  'NON_COMPLIANT',
  'NOT_APPLICABLE',
  'INSUFFICIENT_DATA',
] as const;

/** Every compliance type of the API, also where an operation takes only some of them. */
export const ComplianceType = v.picklist(COMPLIANCE_TYPES);

/** JSON carries an instant as seconds since 1970, with a fraction that is not exact in binary. */
const Timestamp = v.pipe(
  v.number(),
  v.transform((seconds) => new Date(Math.round(seconds * 1000))),
  v.date(),
);

const Evaluation = v.strictObject({
  ComplianceResourceType: text(1, 256),
  ComplianceResourceId: text(1, 768),
  ComplianceType,
  Annotation: v.optional(text(1, 256)),
  OrderingTimestamp: Timestamp,
});

/** The last evaluation of a resource that a rule reported, and when. */
export type StoredResult = v.InferOutput<typeof Evaluation> & {
  readonly ResultRecordedTime: Date;
  readonly ConfigRuleInvokedTime: Date;
};

const PutEvaluations = v.strictObject({
  Evaluations: v.optional(v.pipe(v.array(Evaluation), v.maxLength(100)), []),
  ResultToken: v.pipe(v.string(), v.minLength(1)),
  TestMode: v.optional(v.boolean(), false),
});

const refuseInsufficientData = (evaluations: readonly v.InferOutput<typeof Evaluation>[]) => {
  if (evaluations.every((evaluation) => evaluation.ComplianceType !== 'INSUFFICIENT_DATA')) return;
  const message =
    'ComplianceType: expected COMPLIANT, NON_COMPLIANT or NOT_APPLICABLE, got INSUFFICIENT_DATA';
  throw new ServiceError('InvalidParameterValueException', message);
};

/** What the results of rules need: the tokens given out, and who hears of a result. */
type EvaluationDeps = ResultsDeps & {
  readonly now: () => Date;
  readonly issuedFor: Deliveries['issuedFor'];
};

/**
 * PutEvaluations and what it leaves behind.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html
 */
export const createEvaluations = (deps: EvaluationDeps) => {
  const results = createResults(deps);
  let failingIds: readonly string[] = [];

  return {
    /** What the rule's compliance is made of: a resource that is not applicable is no part of it. */
    resultsOf: (rule: LocalRule) =>
      [...results.heldBy(rule).values()].filter(
        (result) => result.ComplianceType !== 'NOT_APPLICABLE',
      ),
    failEvaluationsOf: (resourceIds: readonly string[]) => {
      failingIds = resourceIds;
    },
    putEvaluations: operation(PutEvaluations, ({ Evaluations, ResultToken, TestMode }) => {
      refuseInsufficientData(Evaluations);
      if (TestMode) return { FailedEvaluations: [] };
      const issued = deps.issuedFor(ResultToken);
      if (issued === undefined)
        throw new ServiceError('InvalidResultTokenException', 'the ResultToken is not one of ours');
      const times = { ResultRecordedTime: deps.now(), ConfigRuleInvokedTime: issued.invokedAt };
      const FailedEvaluations = [];
      for (const evaluation of Evaluations)
        if (failingIds.includes(evaluation.ComplianceResourceId))
          FailedEvaluations.push(evaluation);
        else results.store(issued.rule, { ...evaluation, ...times });
      return { FailedEvaluations };
    }),
  };
};

export type Evaluations = ReturnType<typeof createEvaluations>;
