/** An access key of a scanned user. Instants are ISO 8601 texts in UTC, as in the JSON output. */
export type ScannedKey = {
  readonly AccessKeyId: string;
  readonly Status: string;
  readonly CreateDate: string;
  /** Absent if the key was never used. */
  readonly LastUsedDate?: string;
  /** Present if the last use could not be read. A failure says why. */
  readonly IsLastUseUnread?: true;
  readonly ServiceName?: string;
  readonly Region?: string;
};

/** What the runbook of the rule would do for a user. */
export type Recommendation = {
  readonly Action: 'Deactivate' | 'Delete' | 'None';
  /** Absent if no key is selected. */
  readonly AccessKeyId?: string;
  /** Absent for a user that is COMPLIANT. */
  readonly Reason?: string;
  /** The AWS CLI command that carries out the action. Absent if no key is selected. */
  readonly Command?: string;
};

/** The result of one user and one rule. */
export type ScanResult = {
  readonly AccountId: string;
  readonly UserName: string;
  readonly UserId: string;
  /** The name of the AWS Config rule. */
  readonly Rule: string;
  readonly ComplianceType: 'COMPLIANT' | 'NON_COMPLIANT';
  /** Empty if AWS Config would get none. */
  readonly Annotation: string;
  readonly AccessKeys: readonly ScannedKey[];
  readonly Recommendation: Recommendation;
};

/** Something that could not be read, and what is missing in the results because of it. */
export type ScanFailure = {
  readonly AccountId: string;
  /** Absent if the failure concerns the account. */
  readonly UserName?: string;
  readonly Message: string;
};

/** A scanned account. */
export type ScannedAccount = {
  readonly AccountId: string;
  /** The name of the account in AWS Organizations, if it is known. */
  readonly Name?: string;
  /** The number of IAM users that ListUsers returned. */
  readonly Users: number;
  /** Whether the root user has access keys. Absent if it could not be read. */
  readonly RootUserHasAccessKeys?: boolean;
};

/** A scan: what the JSON output contains. */
export type Scan = {
  /** The instant of the evaluation. */
  readonly ScanTime: string;
  /** The parameters of each rule, by the name of the rule. */
  readonly Parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Accounts: readonly ScannedAccount[];
  readonly Results: readonly ScanResult[];
  readonly Failures: readonly ScanFailure[];
};
