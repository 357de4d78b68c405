import {
  type AwsSecurityFindingIdentifier,
  BatchImportFindingsCommand,
  BatchUpdateFindingsCommand,
  GetFindingsCommand,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import { beforeEach, describe, expect, it } from 'vitest';
import { toFinding } from '../../../rule/security-hub/finding.ts';
import { at } from '../../support/build.ts';
import { createClockedAccount } from '../../support/clocked-account.ts';
import { findingSettings, violation } from '../../support/findings.ts';

let client: SecurityHubClient;
let identifier: AwsSecurityFindingIdentifier;
beforeEach(async () => {
  const account = await createClockedAccount();
  client = new SecurityHubClient(account.clientConfig);
  const finding = toFinding(violation(), findingSettings, { stored: undefined, at });
  identifier = { Id: finding.Id, ProductArn: finding.ProductArn };
  await client.send(new BatchImportFindingsCommand({ Findings: [finding] }));
});

type Update = Partial<ConstructorParameters<typeof BatchUpdateFindingsCommand>[0]>;
const update = (given: Update) =>
  client.send(new BatchUpdateFindingsCommand({ FindingIdentifiers: [identifier], ...given }));
const stored = async () => (await client.send(new GetFindingsCommand())).Findings?.[0];

describe('BatchUpdateFindings', () => {
  it('sets the workflow status and the note, and nothing else', async () => {
    const before = await stored();

    const Note = { Text: 'known', UpdatedBy: 'alice' };
    const { ProcessedFindings } = await update({ Workflow: { Status: 'SUPPRESSED' }, Note });

    expect(ProcessedFindings).toEqual([identifier]);
    expect(await stored()).toEqual({
      ...before,
      Workflow: { Status: 'SUPPRESSED' },
      Note: { ...Note, UpdatedAt: at.toISOString() },
    });
  });

  it('changes only what it is given', async () => {
    await update({ Workflow: { Status: 'NOTIFIED' } });
    await update({ Note: { Text: 'known', UpdatedBy: 'alice' } });

    expect(await stored()).toMatchObject({ Workflow: { Status: 'NOTIFIED' } });
  });

  it('returns the findings that do not exist', async () => {
    const unknown = { ...identifier, Id: 'unknown' };
    const Workflow = { Status: 'SUPPRESSED' as const };
    const { ProcessedFindings, UnprocessedFindings } = await update({
      ...{ FindingIdentifiers: [unknown, identifier], Workflow },
    });

    expect(ProcessedFindings).toEqual([identifier]);
    expect(UnprocessedFindings).toMatchObject([
      { FindingIdentifier: unknown, ErrorCode: 'FindingNotFound' },
    ]);
  });

  it.each([
    ['no finding', { FindingIdentifiers: [] }],
    ['101 findings', { FindingIdentifiers: Array(101).fill({ Id: 'a', ProductArn: 'b' }) }],
    ['a note of 513 characters', { Note: { Text: 'x'.repeat(513), UpdatedBy: 'alice' } }],
    ['a member that the account does not update', { Confidence: 1 }],
  ])('refuses %s', async (_what, given) => {
    await expect(update(given)).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});
