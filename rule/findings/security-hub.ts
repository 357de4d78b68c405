import {
  type AwsSecurityFinding,
  type AwsSecurityFindingFilters,
  BatchImportFindingsCommand,
  GetFindingsCommand,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import * as v from 'valibot';
import { answerOf } from '../answer.ts';
import { inBatches, nameSome } from '../batches.ts';
import type { CountCalls } from '../call-counts.ts';
import { connection } from '../connection.ts';
import { pages } from '../pages.ts';
import { parse, Text } from '../parse.ts';
import { productArn } from './finding.ts';
import type { Place } from './settings.ts';
import { GetFindingsAnswer, type StoredFinding, type StoredFindings } from './stored-finding.ts';

/**
 * Findings that one BatchImportFindings takes.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
 */
const MAXIMUM_FINDINGS = 100;

/** Values that one filter takes. */
const MAXIMUM_VALUES = 20;

/** Findings asked for in a page: the most that Security Hub gives. */
const PAGE_SIZE = 100;

/** Calls a second that Security Hub admits of GetFindings. */
const RATE = { minimumCallsPerSecond: 3 };

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

const equals = (values: readonly string[]) =>
  values.map((Value) => ({ Value, Comparison: 'EQUALS' as const }));

const readPages = (client: SecurityHubClient, Filters: AwsSecurityFindingFilters) => {
  const readPage = async (NextToken: string | undefined) => {
    const command = new GetFindingsCommand({ Filters, MaxResults: PAGE_SIZE, NextToken });
    const answer = parse(GetFindingsAnswer, await client.send(command), answerOf('GetFindings'));
    return { answer: answer.Findings, next: answer.NextToken || undefined };
  };
  return pages(readPage, 'GetFindings: expected the next NextToken');
};

const importAll = async (
  client: SecurityHubClient,
  findings: readonly AwsSecurityFinding[],
): Promise<void> => {
  const failed: string[] = [];
  for (const Findings of inBatches(findings, MAXIMUM_FINDINGS)) {
    const answer = await client.send(new BatchImportFindingsCommand({ Findings }));
    const { FailedFindings } = parse(ImportAnswer, answer, answerOf('BatchImportFindings'));
    for (const { Id, ErrorCode, ErrorMessage } of FailedFindings)
      failed.push(`${Id} (${ErrorCode}: ${ErrorMessage})`);
  }
  if (failed.length === 0) return;
  throw new FailedFindingsError(
    `BatchImportFindings: expected ${findings.length} findings to be taken, got ${failed.length} refused: ${nameSome(failed)}`,
  );
};

/** What is written to and read from Security Hub: the findings of one place. */
export const createSecurityHub = (place: Place, countCalls: CountCalls) => {
  const client = new SecurityHubClient(connection(RATE));
  countCalls(client);
  const ours = {
    ProductArn: equals([productArn(place)]),
    AwsAccountId: equals([place.accountId]),
  };
  const find = async (
    attribute: 'GeneratorId' | 'Id',
    values: readonly string[],
  ): Promise<StoredFindings> => {
    const byId = new Map<string, StoredFinding>();
    for (const some of inBatches(values, MAXIMUM_VALUES))
      for await (const page of readPages(client, { ...ours, [attribute]: equals(some) }))
        for (const finding of page) byId.set(finding.Id, finding);
    return byId;
  };

  return {
    /**
     * Imports every finding, 100 a call; Security Hub ignores one that is not newer than what it holds.
     *
     * @throws {FailedFindingsError} after all batches, when Security Hub refused single findings
     * @throws {InvalidAccessException} when Security Hub CSPM is off
     */
    importFindings: (findings: readonly AwsSecurityFinding[]) => importAll(client, findings),
    /** Our findings of these rules, active and archived, by their id. */
    ofRules: (arns: readonly string[]) => find('GeneratorId', arns),
    /** Our findings with these ids. */
    withIds: (ids: readonly string[]) => find('Id', ids),
  };
};

/** Security Hub, as far as it is written and read. */
export type SecurityHub = ReturnType<typeof createSecurityHub>;
