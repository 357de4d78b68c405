import type { ComplianceType } from '@aws-sdk/client-config-service';

/** A rule's answer on one user: the members of an Evaluation that it decides. */
export type Verdict = {
  readonly ComplianceType: ComplianceType;
  readonly Annotation?: string | undefined;
};

/** The verdict on a user that is deleted, not recorded, out of scope or absent from IAM. */
export const NOT_APPLICABLE: Verdict = { ComplianceType: 'NOT_APPLICABLE' };
