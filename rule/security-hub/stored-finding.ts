import * as v from 'valibot';
import { Text } from '../input/parse.ts';
import { findingId } from './finding-id.ts';

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
