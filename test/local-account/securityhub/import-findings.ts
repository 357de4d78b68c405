import * as v from 'valibot';
import { operation } from '../dispatch.ts';
import { Finding } from './finding.ts';

/** A finding as Security Hub holds it: what the provider said, and what is the customer's. */
export type HeldFinding = Finding & {
  readonly Region: string;
  readonly ProcessedAt: string;
  readonly Workflow: { readonly Status: 'NEW' | 'NOTIFIED' | 'RESOLVED' | 'SUPPRESSED' };
};

/** The findings of an account by product and id. */
export type HeldFindings = Map<string, HeldFinding>;

/** Where Security Hub CSPM is, and its clock. */
export type HubDeps = {
  readonly accountId: string;
  readonly region: string;
  readonly now: () => Date;
};

/** Bytes of a finding. */
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

/** A violation that is back is new again to whoever had done with it. */
const workflowOf = (held: HeldFinding, given: Finding): HeldFinding['Workflow'] => {
  const isBack =
    (held.RecordState === 'ARCHIVED' && given.RecordState === 'ACTIVE') ||
    (held.Compliance?.Status === 'PASSED' && given.Compliance?.Status !== 'PASSED');
  const { Status } = held.Workflow;
  return isBack && (Status === 'RESOLVED' || Status === 'NOTIFIED')
    ? { Status: 'NEW' }
    : { Status };
};

/** The provider's, until the customer has another. */
const severityOf = (held: HeldFinding | undefined, given: Finding): Finding['Severity'] => {
  const isCustomers = held?.Severity?.Label !== held?.FindingProviderFields?.Severity?.Label;
  return isCustomers ? held?.Severity : (given.FindingProviderFields?.Severity ?? given.Severity);
};

const toHeld = (held: HeldFinding | undefined, given: Finding, deps: HubDeps): HeldFinding => ({
  CompanyName: 'Personal',
  ProductName: 'Default',
  ...given,
  Severity: severityOf(held, given),
  FindingProviderFields: { Severity: given.Severity, ...given.FindingProviderFields },
  Region: deps.region,
  ProcessedAt: deps.now().toISOString(),
  Workflow: held === undefined ? { Status: 'NEW' } : workflowOf(held, given),
});

const IdOf = v.object({ Id: v.string() });

/**
 * BatchImportFindings: each finding by itself; one that is not newer than what is held changes nothing.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
 */
export const batchImportFindings = (held: HeldFindings, deps: HubDeps) =>
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
        const before = held.get(key);
        if (before === undefined || Date.parse(given.UpdatedAt) > Date.parse(before.UpdatedAt))
          held.set(key, toHeld(before, given, deps));
        return [];
      });
      const FailedCount = FailedFindings.length;
      return { FailedCount, SuccessCount: Findings.length - FailedCount, FailedFindings };
    },
    'InvalidInputException',
  );
