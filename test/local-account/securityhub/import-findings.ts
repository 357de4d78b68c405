import * as v from 'valibot';
import { operation } from '../dispatch.ts';
import { Finding } from './finding.ts';

/** A finding in Security Hub, with the members that Security Hub and the customer set. */
export type HeldFinding = Finding & {
  readonly Region: string;
  readonly ProcessedAt: string;
  readonly Workflow: { readonly Status: 'NEW' | 'NOTIFIED' | 'RESOLVED' | 'SUPPRESSED' };
};

/** The findings of an account, by product and id. */
export type HeldFindings = Map<string, HeldFinding>;

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
const workflowOf = (stored: HeldFinding, given: Finding): HeldFinding['Workflow'] => {
  const hasReturned =
    (stored.RecordState === 'ARCHIVED' && given.RecordState === 'ACTIVE') ||
    (stored.Compliance?.Status === 'PASSED' && given.Compliance?.Status !== 'PASSED');
  const { Status } = stored.Workflow;
  return hasReturned && (Status === 'RESOLVED' || Status === 'NOTIFIED')
    ? { Status: 'NEW' }
    : { Status };
};

/** Returns the severity of the provider, unless the customer has set another one. */
const severityOf = (stored: HeldFinding | undefined, given: Finding): Finding['Severity'] => {
  const isCustomers = stored?.Severity?.Label !== stored?.FindingProviderFields?.Severity?.Label;
  return isCustomers ? stored?.Severity : (given.FindingProviderFields?.Severity ?? given.Severity);
};

const toStored = (stored: HeldFinding | undefined, given: Finding, deps: HubDeps): HeldFinding => ({
  CompanyName: 'Personal',
  ProductName: 'Default',
  ...given,
  Severity: severityOf(stored, given),
  FindingProviderFields: { Severity: given.Severity, ...given.FindingProviderFields },
  Region: deps.region,
  ProcessedAt: deps.now().toISOString(),
  Workflow: stored === undefined ? { Status: 'NEW' } : workflowOf(stored, given),
});

const IdOf = v.object({ Id: v.string() });

/**
 * BatchImportFindings: imports each finding separately. A finding that is not newer than the stored one changes nothing.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
 */
export const batchImportFindings = (stored: HeldFindings, deps: HubDeps) =>
  operation(
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
    'InvalidInputException',
  );
