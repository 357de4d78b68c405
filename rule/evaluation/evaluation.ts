import type { Evaluation } from '@aws-sdk/client-config-service';
import type { Iam } from '../aws/iam.ts';
import type { KeyHistory } from '../keys/key-history.ts';
import type { UserRule } from './user-rule.ts';
import type { Verdict } from './verdict.ts';

/** The one resource type that the rules are about. */
export const RESOURCE_TYPE = 'AWS::IAM::User';

/** What a run evaluates by: the rule, the source of facts, and the history of keys for when it is needed. */
export type EvaluationContext = {
  readonly iam: Iam;
  readonly rule: UserRule;
  readonly readHistory: (timeUp?: AbortSignal) => Promise<KeyHistory>;
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
