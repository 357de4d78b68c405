import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { type LocalRule, text } from './rules.ts';

type ResultsDeps = {
  /** Receives every changed result. @default changes are ignored */
  readonly onComplianceChange?:
    | ((rule: LocalRule, result: StoredResult, before: StoredResult | undefined) => void)
    | undefined;
  /** @default true */
  readonly dropsOlderResults?: boolean | undefined;
};

/** Creates the recorded results: the latest of each rule and resource. */
const createResults = (deps: ResultsDeps) => {
  const { onComplianceChange, dropsOlderResults = true } = deps;
  const byRule = new Map<LocalRule, Map<string, StoredResult>>();

  const recordedOf = (rule: LocalRule) => {
    const recorded = byRule.get(rule) ?? new Map<string, StoredResult>();
    byRule.set(rule, recorded);
    return recorded;
  };
  /** A resource without a result counts as NOT_APPLICABLE. */
  const isChange = (result: StoredResult, { ComplianceType }: Partial<StoredResult> = {}) =>
    result.ComplianceType !== (ComplianceType ?? 'NOT_APPLICABLE');

  return {
    recordedOf,
    /** Records a result, unless its timestamp is older than the recorded one. */
    store: (rule: LocalRule, result: StoredResult) => {
      const results = recordedOf(rule);
      const key = `${result.ComplianceResourceType} ${result.ComplianceResourceId}`;
      const before = results.get(key);
      const { OrderingTimestamp = result.OrderingTimestamp } = before ?? {};
      if (dropsOlderResults && OrderingTimestamp > result.OrderingTimestamp) return;
      results.set(key, result);
      if (isChange(result, before)) onComplianceChange?.(rule, result, before);
    },
  };
};

const COMPLIANCE_TYPES = [
  'COMPLIANT',
  'NON_COMPLIANT',
  'NOT_APPLICABLE',
  'INSUFFICIENT_DATA',
] as const;

/** Schema of every compliance type of the API. */
export const ComplianceType = v.picklist(COMPLIANCE_TYPES);

/** Schema of an instant: JSON has seconds since 1970, with an inexact fraction. */
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

/** The latest evaluation of a resource and its times. */
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

type EvaluationDeps = ResultsDeps & {
  readonly now: () => Date;
  /** Returns the rule and invocation time of a result token. */
  readonly issuedFor: (
    resultToken: string,
  ) => { readonly rule: LocalRule; readonly invokedAt: Date } | undefined;
};

/**
 * Creates PutEvaluations and the results that it records.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html
 */
export const createEvaluations = (deps: EvaluationDeps) => {
  const results = createResults(deps);
  let failingIds: readonly string[] = [];

  return {
    /** Returns the results of a rule without those that are NOT_APPLICABLE. */
    resultsOf: (rule: LocalRule) =>
      [...results.recordedOf(rule).values()].filter(
        (result) => result.ComplianceType !== 'NOT_APPLICABLE',
      ),
    deleteResultsOf: (rule: LocalRule) => results.recordedOf(rule).clear(),
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
