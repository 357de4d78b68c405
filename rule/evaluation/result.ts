import type { ComplianceType } from '@aws-sdk/client-config-service';

/** The result of a user: the members of an Evaluation that a rule decides. */
export type Result = {
  readonly ComplianceType: ComplianceType;
  readonly Annotation?: string | undefined;
  /** The user is COMPLIANT only because of its exemption tag. */
  readonly isExempt?: boolean;
};

/** A result and the id of its user. */
export type UserResult = Result & { readonly UserId: string };

/** The result of a user that IAM does not have. */
export const NOT_APPLICABLE: Result = { ComplianceType: 'NOT_APPLICABLE' };

/** Counts the evaluated users, the NON_COMPLIANT users, and the users that only their tag exempts. */
export const countResults = (results: readonly Result[]) => {
  const count = (type: ComplianceType) =>
    results.filter(({ ComplianceType }) => ComplianceType === type).length;
  const Violations = count('NON_COMPLIANT');
  return {
    Users: count('COMPLIANT') + Violations,
    Violations,
    Exempt: results.filter(({ isExempt }) => isExempt).length,
  };
};
