import { type Advised, advisedOfInactive, advisedOfMany } from './advised.ts';
import { INACTIVE_ACCESS_KEY_REQUIREMENTS, SINGLE_ACCESS_KEY_REQUIREMENTS } from './frameworks.ts';

/** What the findings of a rule say, whoever the user is. */
export type Subject = {
  /** The title, of a user's name. */
  readonly titleOf: (UserName: string) => string;
  /** Namespace, category and classifier, as ASFF has them. */
  readonly type: string;
  /** For whoever filters: why the check failed. */
  readonly reasonCode: string;
  /** What the Remediate button does, by an annotation that names this key. */
  readonly remediationOf: (AccessKeyId: string) => string;
  /** What the annotation of a violation advises; nothing where the rule did not write it. */
  readonly advisedIn: (annotation: string) => Advised | undefined;
  readonly requirements: readonly string[];
};

/** Findings of `iam-user-single-access-key`. */
export const SINGLE_ACCESS_KEY: Subject = {
  titleOf: (UserName) => `IAM user ${UserName} has more access keys than allowed`,
  type: 'Software and Configuration Checks/Industry and Regulatory Standards/CIS AWS Foundations Benchmark',
  reasonCode: 'TOO_MANY_ACCESS_KEYS',
  remediationOf: (AccessKeyId) =>
    `Deactivate the key idle longest by now, which was ${AccessKeyId} when it was evaluated`,
  advisedIn: advisedOfMany,
  requirements: SINGLE_ACCESS_KEY_REQUIREMENTS,
};

/** Findings of `iam-user-inactive-access-key`. */
export const INACTIVE_ACCESS_KEY: Subject = {
  titleOf: (UserName) => `IAM user ${UserName} has had an inactive access key for too long`,
  type: 'Software and Configuration Checks/AWS Security Best Practices',
  reasonCode: 'ACCESS_KEY_INACTIVE_TOO_LONG',
  remediationOf: () =>
    'Delete the inactive key, of several the one inactive longest, which cannot be undone',
  advisedIn: advisedOfInactive,
  requirements: INACTIVE_ACCESS_KEY_REQUIREMENTS,
};
