import type { ParsedAnnotation } from '../evaluation/annotation.ts';
import { parseAnnotation as parseInactiveAccessKeyAnnotation } from '../inactive-access-key/annotation.ts';
import { parseAnnotation as parseSingleAccessKeyAnnotation } from '../single-access-key/annotation.ts';

// Requirements are spelled as in Security Hub's own controls, if these list them. docs/security-hub.md names the sources.

/** The number of the requirement for one active access key in each version of the benchmark. v7.0.0 dropped the requirement. */
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

/** What is done to an access key. */
export type KeyAction = 'deactivate' | 'delete';

/** The texts that all findings of a rule share. */
export type FindingText = {
  readonly titleOf: (UserName: string) => string;
  /** ASFF namespace, category and classifier. */
  readonly type: string;
  readonly reasonCode: string;
  /** Describes what the Remediate button does. */
  readonly describeRemediation: (AccessKeyId: string) => string;
  /** The runbook that the Remediate button starts, as the outputs of the stack call it. */
  readonly runbook: string;
  /** What ends a violation. */
  readonly action: KeyAction;
  /** Parses the annotation of a violation. Returns undefined if the rule did not write it. */
  readonly parseAnnotation: (annotation: string) => ParsedAnnotation | undefined;
  /** The requirements that the rule checks, at most 32. */
  readonly requirements: readonly string[];
};

/** The finding text of `iam-user-single-access-key`. */
export const SINGLE_ACCESS_KEY: FindingText = {
  titleOf: (UserName) => `IAM user ${UserName} has more access keys than allowed`,
  type: 'Software and Configuration Checks/Industry and Regulatory Standards/CIS AWS Foundations Benchmark',
  reasonCode: 'TOO_MANY_ACCESS_KEYS',
  describeRemediation: (AccessKeyId) =>
    `Deactivate the longest-idle access key, which was ${AccessKeyId} at the last evaluation`,
  runbook: 'DeactivateAccessKey',
  action: 'deactivate',
  parseAnnotation: parseSingleAccessKeyAnnotation,
  requirements: [
    ...CIS,
    'NIST.800-53.r5 IA-5',
    'PCI DSS v4.0.1/8.6.3',
    'ISO/IEC 27001:2022 A.5.17',
    'SOC 2 CC6.1',
    'CSA CCM v4.0 IAM-03',
    'MITRE ATT&CK T1078',
    'MITRE ATT&CK T1550',
  ],
};

/** The finding text of `iam-user-inactive-access-key`. */
export const INACTIVE_ACCESS_KEY: FindingText = {
  titleOf: (UserName) =>
    `IAM user ${UserName} has an access key that has been inactive for too long`,
  type: 'Software and Configuration Checks/AWS Security Best Practices',
  reasonCode: 'ACCESS_KEY_INACTIVE_TOO_LONG',
  describeRemediation: () => 'Permanently delete the access key that has been inactive longest',
  runbook: 'DeleteInactiveAccessKey',
  action: 'delete',
  parseAnnotation: parseInactiveAccessKeyAnnotation,
  requirements: [
    'NIST.800-53.r5 AC-2(3)',
    'PCI DSS v4.0.1/8.2.6',
    'ISO/IEC 27001:2022 A.5.15',
    'SOC 2 CC6.2',
  ],
};
