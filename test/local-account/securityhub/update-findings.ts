import * as v from 'valibot';
import { type HubDeps, hubOperation, type StoredFindings } from './import-findings.ts';

const NonEmpty = v.pipe(v.string(), v.regex(/\S/, 'expected a text that is not blank'));

/** Schema of the members that the account can update. The API has more. */
const Update = v.strictObject({
  FindingIdentifiers: v.pipe(
    v.array(v.strictObject({ Id: NonEmpty, ProductArn: NonEmpty })),
    v.minLength(1),
    v.maxLength(100),
  ),
  Note: v.optional(
    v.strictObject({ Text: v.pipe(NonEmpty, v.maxLength(512)), UpdatedBy: NonEmpty }),
  ),
  Workflow: v.optional(
    v.strictObject({ Status: v.picklist(['NEW', 'NOTIFIED', 'RESOLVED', 'SUPPRESSED']) }),
  ),
});

/**
 * BatchUpdateFindings: sets the workflow status and the note of findings, as the customer does.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateFindings.html
 */
export const batchUpdateFindings = (stored: StoredFindings, { now }: HubDeps) =>
  hubOperation(Update, ({ FindingIdentifiers, Note, Workflow }) => {
    const changes = {
      ...(Note && { Note: { ...Note, UpdatedAt: now().toISOString() } }),
      ...(Workflow && { Workflow }),
    };
    const found = FindingIdentifiers.map((FindingIdentifier) => {
      const key = `${FindingIdentifier.ProductArn} ${FindingIdentifier.Id}`;
      const finding = stored.get(key);
      if (finding !== undefined) stored.set(key, { ...finding, ...changes });
      return { FindingIdentifier, exists: finding !== undefined };
    });
    const error = { ErrorCode: 'FindingNotFound', ErrorMessage: 'Finding Not Found' };
    return {
      ProcessedFindings: found.flatMap((one) => (one.exists ? [one.FindingIdentifier] : [])),
      UnprocessedFindings: found.flatMap(({ FindingIdentifier, exists }) =>
        exists ? [] : [{ FindingIdentifier, ...error }],
      ),
    };
  });
