import * as v from 'valibot';
import { Text } from '../parse.ts';

/** A finding as GetFindings gives it, as far as it is taken up again. */
const StoredFinding = v.object({
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

/** One page of GetFindings. */
export const GetFindingsAnswer = v.object({
  Findings: v.array(StoredFinding),
  NextToken: v.optional(v.string()),
});

/** One of our findings, as Security Hub holds it. */
export type StoredFinding = v.InferOutput<typeof StoredFinding>;

/** Those findings by their id. */
export type StoredFindings = ReadonlyMap<string, StoredFinding>;
