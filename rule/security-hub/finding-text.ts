import type { ParsedAnnotation } from '../evaluation/annotation.ts';
import { parseAnnotation as parseInactive } from '../inactive-access-key/annotation.ts';
import { parseAnnotation as parseSingle } from '../single-access-key/annotation.ts';

// docs/security-hub.md has the source of each; the spelling is that of Security Hub's own controls, where they have one.

/** Each version of the benchmark, and the number under which it asks for one active access key. */
const CIS_NUMBERS = {
  '1.3.0': '1.13',
  '1.4.0': '1.13',
  '1.5.0': '1.13',
  '2.0.0': '1.13',
  '3.0.0': '1.13',
  '4.0.0': '1.13',
  '5.0.0': '1.12',
  '6.0.0': '2.12',
} as const;

const CIS = Object.entries(CIS_NUMBERS).map(
  ([version, number]) => `CIS AWS Foundations Benchmark v${version}/${number}`,
);

/** What asks for at most one active access key per user, 32 requirements at most. */
export const SINGLE_ACCESS_KEY_REQUIREMENTS: readonly string[] = [
  ...CIS,
  'NIST.800-53.r5 IA-5',
  'PCI DSS v4.0.1/8.6.3',
  'ISO/IEC 27001:2022 A.5.17',
  'SOC 2 CC6.1',
];

/** What asks for the removal of credentials that nobody uses, 32 requirements at most. */
export const INACTIVE_ACCESS_KEY_REQUIREMENTS: readonly string[] = [
  'NIST.800-53.r5 AC-2(3)',
  'PCI DSS v4.0.1/8.2.6',
  'ISO/IEC 27001:2022 A.5.15',
  'SOC 2 CC6.2',
];

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
  readonly advisedIn: (annotation: string) => ParsedAnnotation | undefined;
  readonly requirements: readonly string[];
};

/** Findings of `iam-user-single-access-key`. */
export const SINGLE_ACCESS_KEY: Subject = {
  titleOf: (UserName) => `IAM user ${UserName} has more access keys than allowed`,
  type: 'Software and Configuration Checks/Industry and Regulatory Standards/CIS AWS Foundations Benchmark',
  reasonCode: 'TOO_MANY_ACCESS_KEYS',
  remediationOf: (AccessKeyId) =>
    `Deactivate the key idle longest by now, which was ${AccessKeyId} when it was evaluated`,
  advisedIn: parseSingle,
  requirements: SINGLE_ACCESS_KEY_REQUIREMENTS,
};

/** Findings of `iam-user-inactive-access-key`. */
export const INACTIVE_ACCESS_KEY: Subject = {
  titleOf: (UserName) => `IAM user ${UserName} has had an inactive access key for too long`,
  type: 'Software and Configuration Checks/AWS Security Best Practices',
  reasonCode: 'ACCESS_KEY_INACTIVE_TOO_LONG',
  remediationOf: () =>
    'Delete the inactive key, of several the one inactive longest, which cannot be undone',
  advisedIn: parseInactive,
  requirements: INACTIVE_ACCESS_KEY_REQUIREMENTS,
};
