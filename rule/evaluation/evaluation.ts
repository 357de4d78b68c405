import type { ComplianceType, Evaluation } from '@aws-sdk/client-config-service';
import type { Iam } from '../aws/iam.ts';
import { type AccessKey, idleSince, wasUsed } from '../keys/access-key.ts';
import { date } from '../keys/days.ts';
import { isOfExemption } from '../keys/exemption.ts';
import type { KeyHistory } from '../keys/key-history.ts';
import type { UserRule } from './user-rule.ts';

/** A rule's answer on one user: the members of an Evaluation that it decides. */
export type Verdict = {
  readonly ComplianceType: ComplianceType;
  readonly Annotation?: string | undefined;
};

/** The verdict on a user that is deleted, not recorded, out of scope or absent from IAM. */
export const NOT_APPLICABLE: Verdict = { ComplianceType: 'NOT_APPLICABLE' };

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

/**
 * Characters that an annotation may have.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export const MAXIMUM_ANNOTATION_LENGTH = 256;

/** Cuts a text that is too long for Config, visibly. */
export const shorten = (text: string): string =>
  text.length <= MAXIMUM_ANNOTATION_LENGTH
    ? text
    : `${text.slice(0, MAXIMUM_ANNOTATION_LENGTH - 3)}...`;

/** The first text that fits Config whole, else the last one, cut. */
export const firstThatFits = (texts: readonly string[]): string =>
  texts.find(({ length }) => length <= MAXIMUM_ANNOTATION_LENGTH) ?? shorten(texts.at(-1) ?? '');

/** What IAM knows of a key's use: `last used 2026-01-31` or `never used, created 2026-01-31`. */
export const describeUse = (key: AccessKey): string =>
  `${wasUsed(key) ? 'last used' : 'never used, created'} ${date(idleSince(key))}`;

/** How many users were evaluated, how many of them violate the rule, and how many only a tag keeps from it. */
export const countVerdicts = (evaluations: readonly Evaluation[]) => {
  const are = (type: ComplianceType) =>
    evaluations.filter(({ ComplianceType }) => ComplianceType === type).length;
  const Violations = are('NON_COMPLIANT');
  // Stryker disable next-line StringLiteral: any text will do that tells of no exemption.
  const Exempt = evaluations.filter(({ Annotation = '' }) => isOfExemption(Annotation)).length;
  return { Users: are('COMPLIANT') + Violations, Violations, Exempt };
};
