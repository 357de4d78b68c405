import type { UserDetails } from '../aws/iam.ts';
import type { HeldResult } from '../evaluation/held-result.ts';
import type { AccessKey } from '../keys/access-key.ts';
import type { FindingRule } from './settings.ts';

/** A user with its keys, as both are now. */
export type UserWithKeys = UserDetails & { readonly keys: readonly AccessKey[] };

/** A user that violates a rule: what Config holds, and what IAM knows of it now. */
export type Violation = {
  readonly rule: FindingRule;
  readonly user: UserWithKeys;
  readonly held: HeldResult;
};

/** The annotation that Config holds, or that it holds none. */
export const evidenceOf = ({ held }: Pick<Violation, 'held'>): string =>
  held.Annotation?.trim() || 'AWS Config holds NON_COMPLIANT without an annotation.';
