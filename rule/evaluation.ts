import type { Evaluation } from '@aws-sdk/client-config-service';
import type { Iam } from './iam.ts';
import type { RuleParameters } from './parameters.ts';
import type { Verdict } from './single-access-key.ts';

/** The one resource type that the rule is about. */
export const RESOURCE_TYPE = 'AWS::IAM::User';

/** What a run evaluates by: the source of facts, the rule's parameters and the instant Config supplies. */
export type EvaluationContext = {
  readonly iam: Iam;
  readonly parameters: RuleParameters;
  readonly at: Date;
};

/** An evaluation that says whose it is. */
export type ResourceEvaluation = Evaluation & { readonly ComplianceResourceId: string };

/** A verdict on a resource, a user unless told otherwise, as Config takes it. */
export const toEvaluation = (
  resource: { readonly type?: string; readonly id: string },
  verdict: Verdict,
  OrderingTimestamp: Date,
): ResourceEvaluation => ({
  ComplianceResourceType: resource.type ?? RESOURCE_TYPE,
  ComplianceResourceId: resource.id,
  ...verdict,
  OrderingTimestamp,
});
