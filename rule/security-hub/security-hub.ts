import {
  type AwsSecurityFinding,
  type AwsSecurityFindingFilters,
  GetFindingsCommand,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import { inBatches } from '../aws/batches.ts';
import type { CountCalls } from '../aws/call-counts.ts';
import { connection } from '../aws/connection.ts';
import { pages } from '../aws/pages.ts';
import { answerOf } from '../input/answer.ts';
import { parse } from '../input/parse.ts';
import { productArn, rulesOf } from './finding-id.ts';
import { importAll } from './import-findings.ts';
import type { Place } from './settings.ts';
import { GetFindingsAnswer, isOurs, StoredFinding, type StoredFindings } from './stored-finding.ts';

/** Values that one filter takes. */
const MAXIMUM_VALUES = 20;

/** Findings asked for in a page: the most that Security Hub gives. */
const PAGE_SIZE = 100;

/** Calls a second that Security Hub admits of GetFindings. */
const RATE = { minimumCallsPerSecond: 3 };

const equals = (values: readonly string[]) =>
  values.map((Value) => ({ Value, Comparison: 'EQUALS' as const }));

const readPages = (client: SecurityHubClient, Filters: AwsSecurityFindingFilters) => {
  const readPage = async (NextToken: string | undefined) => {
    const command = new GetFindingsCommand({ Filters, MaxResults: PAGE_SIZE, NextToken });
    const what = answerOf('GetFindings');
    const { Findings, NextToken: next } = parse(
      GetFindingsAnswer,
      await client.send(command),
      what,
    );
    const answer = Findings.filter(isOurs).map((one) => parse(StoredFinding, one, what));
    return { answer, next: next || undefined };
  };
  return pages(readPage, 'GetFindings: expected the next NextToken');
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
