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

/**
 * What became of a violation since an earlier scan. `Unknown`: the earlier scan found it, and this one could not read its user.
 */
export type Change = 'New' | 'Unchanged' | 'Resolved' | 'Unknown';

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
  /** Present after a comparison, if the result is a violation or was one. */
  readonly Change?: Exclude<Change, 'Unknown'>;
};

/** Something that could not be read, and what is missing in the results because of it. */
export type ScanFailure = {
  readonly AccountId: string;
  /** Absent if the failure concerns the account. */
  readonly UserName?: string;
  readonly UserId?: string;
  readonly Message: string;
};

/** An account of the scan. */
export type ScannedAccount = {
  readonly AccountId: string;
  /** The name of the account in AWS Organizations, if it is known. */
  readonly Name?: string;
  /** The number of IAM users that ListUsers returned. Absent if the account could not be opened: a failure says why. */
  readonly Users?: number;
  /** Whether the root user has access keys. Absent if it could not be read. */
  readonly RootUserHasAccessKeys?: boolean;
};

/** A violation of an earlier scan that has no result now. */
export type EarlierViolation = Pick<
  ScanResult,
  'AccountId' | 'UserName' | 'UserId' | 'Rule' | 'Annotation'
> & {
  /** `Resolved` if the user no longer exists. */
  readonly Change: 'Resolved' | 'Unknown';
};

/** The comparison with an earlier scan. */
export type Comparison = {
  /** The instant of the earlier scan. */
  readonly ScanTime: string;
  /** The parameters of the earlier scan. */
  readonly Parameters: Scan['Parameters'];
  /** The number of failures of the earlier scan. A violation that it could not read is New. */
  readonly Failures: number;
  /** The accounts that the earlier scan does not contain. All of their violations are New. */
  readonly AddedAccounts: readonly string[];
  /** The numbers of violations. */
  readonly Changes: Readonly<Record<Change, number>>;
  readonly WithoutResult: readonly EarlierViolation[];
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
  /** Present if the scan was compared with an earlier one. */
  readonly Comparison?: Comparison;
};
