import type { Evaluation } from '@aws-sdk/client-config-service';
import { type AccessKey, isActive } from './access-key.ts';
import type { Iam } from './iam.ts';
import type { RuleParameters } from './parameters.ts';
import { evaluateSingleAccessKey, exceedsMaximum, type Verdict } from './single-access-key.ts';

/** The one resource type that the rule is about. */
export const RESOURCE_TYPE = 'AWS::IAM::User';

/** What a run evaluates by: the source of facts, the rule's parameters and the instant Config supplies. */
export type EvaluationContext = {
  readonly iam: Iam;
  readonly parameters: RuleParameters;
  readonly at: Date;
};

/** A verdict on a resource as Config takes it. */
export const toEvaluation = (
  resource: { readonly type: string; readonly id: string },
  verdict: Verdict,
  OrderingTimestamp: Date,
): Evaluation => ({
  ComplianceResourceType: resource.type,
  ComplianceResourceId: resource.id,
  ...verdict,
  OrderingTimestamp,
});

/** The active keys with their last use, which only a violation has to know. */
export const withEvidence = (
  iam: Pick<Iam, 'withLastUse'>,
  keys: readonly AccessKey[],
): Promise<AccessKey[]> =>
  Promise.all(keys.map((key) => (isActive(key) ? iam.withLastUse(key) : key)));

/** Evaluates one user by the keys it has now. */
export const evaluateUser = async (
  UserId: string,
  keys: readonly AccessKey[],
  { iam, parameters, at }: EvaluationContext,
): Promise<Evaluation> => {
  const facts = exceedsMaximum(keys, parameters) ? await withEvidence(iam, keys) : keys;
  const verdict = evaluateSingleAccessKey(facts, parameters, at);
  return toEvaluation({ type: RESOURCE_TYPE, id: UserId }, verdict, at);
};
