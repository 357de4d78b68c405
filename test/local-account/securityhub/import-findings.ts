import * as v from 'valibot';
import { operationWith } from '../dispatch.ts';

/** Creates an operation that refuses a wrong input with the error of Security Hub. */
export const hubOperation = operationWith('InvalidInputException');

const NonEmpty = v.pipe(v.string(), v.regex(/\S/, 'expected a text that is not blank'));
const text = (maximum: number) => v.pipe(NonEmpty, v.maxLength(maximum));
const Timestamp = v.pipe(NonEmpty, v.isoTimestamp('expected an ISO 8601 timestamp'));
const map = (value: number) =>
  v.pipe(
    v.record(text(128), text(value)),
    v.check((fields) => Object.keys(fields).length <= 50, 'expected at most 50 members'),
  );
/** Schema of product fields. Only AWS products may use the prefix `aws/`. */
const ProductFields = v.pipe(
  map(2048),
  v.check(
    (fields) => Object.keys(fields).every((name) => !name.startsWith('aws/')),
    'expected no member with the reserved prefix aws/',
  ),
);
const Label = v.picklist(['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);
const Type = v.pipe(
  NonEmpty,
  v.regex(
    /^(Software and Configuration Checks|TTPs|Effects|Unusual Behaviors|Sensitive Data Identifications)(\/[^/]+){0,2}$/,
    'expected namespace/category/classifier',
  ),
);
const Types = v.pipe(v.array(Type), v.maxLength(50));

const UserDetails = v.strictObject({
  UserId: v.optional(NonEmpty),
  UserName: v.optional(NonEmpty),
  Path: v.optional(NonEmpty),
  CreateDate: v.optional(Timestamp),
});
const KeyDetails = v.strictObject({
  AccessKeyId: v.optional(NonEmpty),
  Status: v.optional(v.picklist(['Active', 'Inactive'])),
  CreatedAt: v.optional(Timestamp),
  PrincipalId: v.optional(NonEmpty),
  PrincipalType: v.optional(NonEmpty),
  PrincipalName: v.optional(NonEmpty),
  AccountId: v.optional(NonEmpty),
});
/** Schema of a resource, with details of users and keys only. */
const Resource = v.strictObject({
  Type: text(256),
  Id: text(512),
  Partition: v.optional(v.picklist(['aws', 'aws-cn', 'aws-us-gov'])),
  Region: v.optional(text(16)),
  Details: v.optional(
    v.strictObject({
      AwsIamUser: v.optional(UserDetails),
      AwsIamAccessKey: v.optional(KeyDetails),
      Other: v.optional(map(1024)),
    }),
  ),
});

const Compliance = v.strictObject({
  Status: v.optional(v.picklist(['PASSED', 'WARNING', 'FAILED', 'NOT_AVAILABLE'])),
  RelatedRequirements: v.optional(v.pipe(v.array(NonEmpty), v.maxLength(32))),
  StatusReasons: v.optional(
    v.array(v.strictObject({ ReasonCode: NonEmpty, Description: v.optional(NonEmpty) })),
  ),
});

/**
 * Schema of a finding in BatchImportFindings, with the limits of the API and only the members that findings on users
 * and keys have.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
 */
const Finding = v.pipe(
  v.strictObject({
    SchemaVersion: v.literal('2018-10-08'),
    Id: text(512),
    ProductArn: v.pipe(text(2048), v.minLength(12)),
    ProductName: v.optional(text(128)),
    CompanyName: v.optional(text(128)),
    GeneratorId: text(512),
    AwsAccountId: v.pipe(v.string(), v.regex(/^\d{12}$/, 'expected an account id')),
    Types: v.optional(Types),
    FirstObservedAt: v.optional(Timestamp),
    LastObservedAt: v.optional(Timestamp),
    CreatedAt: Timestamp,
    UpdatedAt: Timestamp,
    Severity: v.optional(v.strictObject({ Label })),
    Title: text(256),
    Description: text(1024),
    SourceUrl: v.optional(v.pipe(NonEmpty, v.url('expected a URL'))),
    Remediation: v.optional(
      v.strictObject({
        Recommendation: v.strictObject({
          Text: v.optional(text(512)),
          Url: v.optional(v.pipe(NonEmpty, v.url('expected a URL'))),
        }),
      }),
    ),
    ProductFields: v.optional(ProductFields),
    Resources: v.pipe(v.array(Resource), v.minLength(1), v.maxLength(32)),
    Compliance: v.optional(Compliance),
    RecordState: v.optional(v.picklist(['ACTIVE', 'ARCHIVED']), 'ACTIVE'),
    FindingProviderFields: v.optional(
      v.strictObject({
        Severity: v.optional(v.strictObject({ Label, Original: v.optional(text(64)) })),
        Types: v.optional(Types),
      }),
    ),
  }),
  v.check(
    ({ Severity, FindingProviderFields }) =>
      (Severity ?? FindingProviderFields?.Severity) !== undefined,
    'expected a Severity',
  ),
);

/** A finding as its provider sends it. */
type Finding = v.InferOutput<typeof Finding>;

/** A finding in Security Hub, with the members that Security Hub and the customer set. */
export type StoredFinding = Finding & {
  readonly Region: string;
  readonly ProcessedAt: string;
  readonly Note?: { readonly Text: string; readonly UpdatedBy: string; readonly UpdatedAt: string };
  readonly Workflow: { readonly Status: 'NEW' | 'NOTIFIED' | 'RESOLVED' | 'SUPPRESSED' };
};

/** The findings of an account, by product and id. */
export type StoredFindings = Map<string, StoredFinding>;

/** What Security Hub needs from the account. */
export type HubDeps = {
  readonly accountId: string;
  readonly region: string;
  readonly now: () => Date;
};

/** The maximum size of a finding in bytes. */
const MAXIMUM_SIZE = 240 * 1024;

const refusal = (finding: unknown, { accountId, region }: HubDeps): string | undefined => {
  const parsed = v.safeParse(Finding, finding);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return `${v.getDotPath(issue) ?? 'finding'}: ${issue.message}`;
  }
  if (JSON.stringify(finding).length > MAXIMUM_SIZE)
    return `expected at most ${MAXIMUM_SIZE} bytes`;
  const product = `arn:aws:securityhub:${region}:${accountId}:product/${accountId}/default`;
  const { AwsAccountId, ProductArn } = parsed.output;
  if (AwsAccountId !== accountId) return `AwsAccountId: expected ${accountId}, got ${AwsAccountId}`;
  if (ProductArn !== product) return `ProductArn: expected ${product}, got ${ProductArn}`;
  return undefined;
};

/** Returns the workflow: a resolved or notified finding becomes NEW when its violation returns. */
const workflowOf = (stored: StoredFinding, given: Finding): StoredFinding['Workflow'] => {
  const hasReturned =
    (stored.RecordState === 'ARCHIVED' && given.RecordState === 'ACTIVE') ||
    (stored.Compliance?.Status === 'PASSED' && given.Compliance?.Status !== 'PASSED');
  const { Status } = stored.Workflow;
  return hasReturned && (Status === 'RESOLVED' || Status === 'NOTIFIED')
    ? { Status: 'NEW' }
    : { Status };
};

/** Returns the severity of the provider, unless the customer has set another one. */
const severityOf = (stored: StoredFinding | undefined, given: Finding): Finding['Severity'] => {
  const isCustomers = stored?.Severity?.Label !== stored?.FindingProviderFields?.Severity?.Label;
  return isCustomers ? stored?.Severity : (given.FindingProviderFields?.Severity ?? given.Severity);
};

const NAMES = { CompanyName: 'Personal', ProductName: 'Default' };

/**
 * Returns the product fields with those that Security Hub adds.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/asff-top-level-attributes.html#asff-productfields
 */
const productFieldsOf = ({ ProductArn, Id, ...given }: Finding) => {
  const { CompanyName, ProductName } = { ...NAMES, ...given };
  return {
    ...given.ProductFields,
    'aws/securityhub/FindingId': `${ProductArn}/${Id}`,
    'aws/securityhub/CompanyName': CompanyName,
    'aws/securityhub/ProductName': ProductName,
  };
};

const toStored = (
  stored: StoredFinding | undefined,
  given: Finding,
  deps: HubDeps,
): StoredFinding => ({
  ...NAMES,
  ...given,
  ProductFields: productFieldsOf(given),
  Severity: severityOf(stored, given),
  FindingProviderFields: { Severity: given.Severity, ...given.FindingProviderFields },
  Region: deps.region,
  ProcessedAt: deps.now().toISOString(),
  ...(stored?.Note && { Note: stored.Note }),
  Workflow: stored === undefined ? { Status: 'NEW' } : workflowOf(stored, given),
});

const IdOf = v.object({ Id: v.string() });

/**
 * BatchImportFindings: imports each finding separately. A finding that is not newer than the stored one changes nothing.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
 */
export const batchImportFindings = (stored: StoredFindings, deps: HubDeps) =>
  hubOperation(
    v.strictObject({ Findings: v.pipe(v.array(v.unknown()), v.minLength(1), v.maxLength(100)) }),
    ({ Findings }) => {
      const FailedFindings = Findings.flatMap((one) => {
        const ErrorMessage = refusal(one, deps);
        if (ErrorMessage !== undefined) {
          const Id = v.is(IdOf, one) ? one.Id : 'none';
          return [{ Id, ErrorCode: 'InvalidInput', ErrorMessage }];
        }
        const given = v.parse(Finding, one);
        const key = `${given.ProductArn} ${given.Id}`;
        const before = stored.get(key);
        if (before === undefined || Date.parse(given.UpdatedAt) > Date.parse(before.UpdatedAt))
          stored.set(key, toStored(before, given, deps));
        return [];
      });
      const FailedCount = FailedFindings.length;
      return { FailedCount, SuccessCount: Findings.length - FailedCount, FailedFindings };
    },
  );
