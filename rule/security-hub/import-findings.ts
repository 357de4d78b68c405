import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  InvalidInputException,
  type SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import * as v from 'valibot';
import { inBatches, nameSome } from '../aws/batches.ts';
import { answerOf } from '../input/answer.ts';
import { parse, Text } from '../input/parse.ts';

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
