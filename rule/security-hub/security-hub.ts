import {
  type AwsSecurityFinding,
  type AwsSecurityFindingFilters,
  BatchImportFindingsCommand,
  InvalidInputException,
  paginateGetFindings,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import * as v from 'valibot';
import { inBatches } from '../aws/batches.ts';
import { type CountCalls, connection } from '../aws/clients.ts';
import { parse, responseOf, Text } from '../input/parse.ts';
import { findingId, productArn, ruleArnPrefix } from './asff.ts';
import type { Place } from './settings.ts';

/**
 * The start of the ProductFields that Security Hub adds, such as `aws/securityhub/FindingId`. AWS reserves them, so an
 * import must not contain them.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/asff-top-level-attributes.html#asff-productfields
 */
const RESERVED = 'aws/';

const ProductFields = v.pipe(
  v.record(v.string(), v.string()),
  v.transform((fields) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith(RESERVED))),
  ),
);

/** A finding that this function imported into Security Hub, with the members that an update needs. */
export const StoredFinding = v.object({
  Id: Text,
  GeneratorId: Text,
  CreatedAt: Text,
  FirstObservedAt: v.optional(Text),
  LastObservedAt: v.optional(Text),
  Types: v.optional(v.array(Text), []),
  Title: Text,
  Description: Text,
  RecordState: v.optional(v.picklist(['ACTIVE', 'ARCHIVED']), 'ACTIVE'),
  Compliance: v.optional(v.object({ RelatedRequirements: v.optional(v.array(Text), []) })),
  ProductFields: v.optional(ProductFields),
  Resources: v.array(v.looseObject({ Type: Text, Id: Text })),
});
export type StoredFinding = v.InferOutput<typeof StoredFinding>;

/** Stored findings by id. */
export type StoredFindings = ReadonlyMap<string, StoredFinding>;

const AnyFinding = v.looseObject({ Id: Text, GeneratorId: Text });

/** A page of GetFindings. Other tools also import findings for Config rules, with other ids. */
export const FindingsPage = v.object({ Findings: v.array(AnyFinding) });

/** Tells whether this function imported a finding. */
export const isOurs = ({ Id, GeneratorId }: v.InferOutput<typeof AnyFinding>): boolean =>
  Id.startsWith(findingId({ arn: GeneratorId }, ''));

const ImportResponse = v.object({
  FailedFindings: v.optional(
    v.array(v.object({ Id: Text, ErrorCode: Text, ErrorMessage: v.string() })),
    [],
  ),
});

/** Security Hub accepted the call but refused a finding in it. */
export class FailedFindingsError extends Error {
  override readonly name = 'FailedFindingsError';
}

/** A finding that Security Hub did not import. */
type Refusal = { readonly id: string; readonly cause: Error };

const importBatch = async (
  client: SecurityHubClient,
  Findings: AwsSecurityFinding[],
): Promise<readonly Refusal[]> => {
  try {
    const response = await client.send(new BatchImportFindingsCommand({ Findings }));
    const { FailedFindings } = parse(ImportResponse, response, responseOf('BatchImportFindings'));
    return FailedFindings.map(({ Id, ErrorCode, ErrorMessage }) => ({
      id: Id,
      cause: new FailedFindingsError(
        `BatchImportFindings: expected ${Id} to be imported, got ${ErrorCode}: ${ErrorMessage}`,
      ),
    }));
  } catch (cause) {
    if (!(cause instanceof InvalidInputException)) throw cause;
    if (Findings.length === 1) return [{ id: String(Findings[0]?.Id), cause }];
    // One invalid finding makes Security Hub refuse the whole call, so halves are imported to find it.
    return importInBatches(client, Findings, Math.ceil(Findings.length / 2));
  }
};

const importInBatches = async (
  client: SecurityHubClient,
  findings: readonly AwsSecurityFinding[],
  size: number,
): Promise<readonly Refusal[]> => {
  const refusals: Refusal[] = [];
  for (const batch of inBatches(findings, size))
    refusals.push(...(await importBatch(client, batch)));
  return refusals;
};

/**
 * The maximum number of findings in a BatchImportFindings call.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
 */
const MAXIMUM_FINDINGS = 100;

/** The maximum numbers of values in a GetFindings filter, of findings on a page, and of calls per second. */
const MAXIMUM_VALUES = 20;
const PAGE_SIZE = 100;
const RATE = { minimumCallsPerSecond: 3 };

const equals = (values: readonly string[]) =>
  values.map((Value) => ({ Value, Comparison: 'EQUALS' as const }));

/** Creates the Security Hub calls, for the findings of one account and Region. */
export const createSecurityHub = (place: Place, countCalls: CountCalls) => {
  const client = new SecurityHubClient(connection(RATE));
  countCalls(client);
  const what = responseOf('GetFindings');

  const readFindings = async (filters: readonly AwsSecurityFindingFilters[]) => {
    const byId = new Map<string, StoredFinding>();
    for (const filter of filters) {
      const Filters = {
        ProductArn: equals([productArn(place)]),
        AwsAccountId: equals([place.accountId]),
        ...filter,
      };
      for await (const page of paginateGetFindings({ client, pageSize: PAGE_SIZE }, { Filters }))
        for (const one of parse(FindingsPage, page, what).Findings.filter(isOurs))
          byId.set(one.Id, parse(StoredFinding, one, what));
    }
    return byId;
  };

  return {
    /**
     * Imports findings, 100 per call. Security Hub ignores a finding that is not newer than the stored one.
     *
     * @returns the findings that Security Hub refused
     * @throws {InvalidAccessException} if Security Hub CSPM is off
     */
    importFindings: (findings: readonly AwsSecurityFinding[]): Promise<readonly Refusal[]> =>
      importInBatches(client, findings, MAXIMUM_FINDINGS),

    /** Reads our findings of all rules, including rules of other stacks and rules that no longer exist. */
    readAll: (): Promise<StoredFindings> =>
      readFindings([{ GeneratorId: [{ Value: ruleArnPrefix(place), Comparison: 'PREFIX' }] }]),

    /** Reads our findings with these ids. */
    readByIds: (ids: readonly string[]): Promise<StoredFindings> =>
      readFindings(inBatches(ids, MAXIMUM_VALUES).map((some) => ({ Id: equals(some) }))),
  };
};

/** The client of Security Hub. */
export type SecurityHub = ReturnType<typeof createSecurityHub>;
