import {
  type AwsSecurityFinding,
  type AwsSecurityFindingFilters,
  BatchImportFindingsCommand,
  InvalidInputException,
  paginateGetFindings,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import * as v from 'valibot';
import { inBatches, nameSome } from '../aws/batches.ts';
import { type CountCalls, connection } from '../aws/clients.ts';
import { answerOf, parse, Text } from '../input/parse.ts';
import { findingId, productArn, rulesOf } from './asff.ts';
import type { Place } from './settings.ts';

/** A finding of ours as GetFindings gives it, as far as it is taken up again. */
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
  ProductFields: v.optional(v.record(v.string(), v.string())),
  Resources: v.array(v.looseObject({ Type: Text, Id: Text })),
});

/** What tells whose a finding is. */
const AnyFinding = v.looseObject({ Id: Text, GeneratorId: Text });

/** One page of GetFindings; what others have told of rules may be in it too. */
export const GetFindingsAnswer = v.object({
  Findings: v.array(AnyFinding),
  NextToken: v.optional(v.string()),
});

/** Another tool may have findings of Config rules too, with ids of its own. */
export const isOurs = ({ Id, GeneratorId }: v.InferOutput<typeof AnyFinding>): boolean =>
  Id.startsWith(findingId({ arn: GeneratorId }, ''));

/** One of our findings, as Security Hub holds it. */
export type StoredFinding = v.InferOutput<typeof StoredFinding>;

/** Those findings by their id. */
export type StoredFindings = ReadonlyMap<string, StoredFinding>;

/**
 * Findings that one BatchImportFindings takes.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
 */
const MAXIMUM_FINDINGS = 100;

const ImportAnswer = v.object({
  FailedFindings: v.optional(
    v.array(v.object({ Id: Text, ErrorCode: Text, ErrorMessage: v.string() })),
    [],
  ),
});

/** Security Hub took the call but not every finding in it. */
export class FailedFindingsError extends Error {
  override readonly name = 'FailedFindingsError';
}

/** Findings that were not taken, and why. */
export type Refusal = { readonly ids: readonly string[]; readonly cause: Error };

/** Imports as many findings as one call takes; a call that is refused as a whole is made in halves. */
const importBatch = async (
  client: SecurityHubClient,
  Findings: AwsSecurityFinding[],
): Promise<readonly Refusal[]> => {
  try {
    const answer = await client.send(new BatchImportFindingsCommand({ Findings }));
    const { FailedFindings } = parse(ImportAnswer, answer, answerOf('BatchImportFindings'));
    if (FailedFindings.length === 0) return [];
    const named = FailedFindings.map(
      ({ Id, ErrorCode, ErrorMessage }) => `${Id} (${ErrorCode}: ${ErrorMessage})`,
    );
    const message = `BatchImportFindings: expected ${Findings.length} findings to be taken, got ${named.length} refused: ${nameSome(named)}`;
    return [{ ids: FailedFindings.map(({ Id }) => Id), cause: new FailedFindingsError(message) }];
  } catch (cause) {
    // One finding that is not as it should be has the others of its call refused, too.
    if (!(cause instanceof InvalidInputException)) throw cause;
    if (Findings.length === 1) return [{ ids: Findings.map(({ Id }) => String(Id)), cause }];
    return importAll(client, Findings, Math.ceil(Findings.length / 2));
  }
};

/**
 * Imports every finding, whatever is refused of the others.
 *
 * @param size  findings to a call
 */
export const importAll = async (
  client: SecurityHubClient,
  findings: readonly AwsSecurityFinding[],
  size = MAXIMUM_FINDINGS,
): Promise<readonly Refusal[]> => {
  const refusals: Refusal[] = [];
  for (const batch of inBatches(findings, size))
    refusals.push(...(await importBatch(client, batch)));
  return refusals;
};

/** Values that one filter takes. */
const MAXIMUM_VALUES = 20;

/** Findings asked for in a page: the most that Security Hub gives. */
const PAGE_SIZE = 100;

/** Calls a second that Security Hub admits of GetFindings. */
const RATE = { minimumCallsPerSecond: 3 };

const equals = (values: readonly string[]) =>
  values.map((Value) => ({ Value, Comparison: 'EQUALS' as const }));

const readPages = async function* (
  client: SecurityHubClient,
  Filters: AwsSecurityFindingFilters,
): AsyncGenerator<readonly StoredFinding[]> {
  const what = answerOf('GetFindings');
  for await (const page of paginateGetFindings({ client }, { Filters, MaxResults: PAGE_SIZE }))
    yield parse(GetFindingsAnswer, page, what)
      .Findings.filter(isOurs)
      .map((one) => parse(StoredFinding, one, what));
};

/** What is written to and read from Security Hub: the findings of one place. */
export const createSecurityHub = (place: Place, countCalls: CountCalls) => {
  const client = new SecurityHubClient(connection(RATE));
  countCalls(client);
  const ofProduct = {
    ProductArn: equals([productArn(place)]),
    AwsAccountId: equals([place.accountId]),
  };
  const find = async (filters: readonly AwsSecurityFindingFilters[]): Promise<StoredFindings> => {
    const byId = new Map<string, StoredFinding>();
    for (const filter of filters)
      for await (const page of readPages(client, { ...ofProduct, ...filter }))
        for (const finding of page) byId.set(finding.Id, finding);
    return byId;
  };

  return {
    /**
     * Imports every finding, 100 a call; Security Hub ignores one that is not newer than what it holds.
     *
     * @returns what Security Hub refused, each refusal with its cause: {FailedFindingsError} for single findings,
     * {InvalidInputException} for a whole call
     * @throws {InvalidAccessException} when Security Hub CSPM is off
     */
    importFindings: (findings: readonly AwsSecurityFinding[]) => importAll(client, findings),
    /** Our findings, active and archived, by their id: of the stack's rules, of those that it had before, and of other stacks'. */
    ofRules: () => find([{ GeneratorId: [{ Value: rulesOf(place), Comparison: 'PREFIX' }] }]),
    /** Our findings with these ids. */
    withIds: (ids: readonly string[]) =>
      find(inBatches(ids, MAXIMUM_VALUES).map((some) => ({ Id: equals(some) }))),
  };
};

/** Security Hub, as far as it is written and read. */
export type SecurityHub = ReturnType<typeof createSecurityHub>;
