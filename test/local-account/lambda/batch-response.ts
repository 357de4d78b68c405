import * as v from 'valibot';
import type { Invocation } from './invocations.ts';
import type { ReceivedMessage } from './sqs-event.ts';

/** Members that Lambda does not know are no mistake; a function that returns nothing has failed none. */
const PartialBatchResponse = v.nullable(
  v.looseObject({
    batchItemFailures: v.nullish(
      v.array(v.looseObject({ itemIdentifier: v.pipe(v.string(), v.minLength(1)) })),
    ),
  }),
);

/**
 * The messages of a batch that a function is done with; the others come again.
 *
 * With ReportBatchItemFailures these are all but the failures that it reports, or none when it reports one that
 * is not of the batch; without, all or none.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const doneWith = (
  batch: readonly ReceivedMessage[],
  { FunctionError, Payload }: Invocation['result'],
  reportsItemFailures: boolean,
): readonly ReceivedMessage[] => {
  if (FunctionError !== undefined) return [];
  if (!reportsItemFailures) return batch;
  const parsed = v.safeParse(PartialBatchResponse, JSON.parse(Payload));
  if (!parsed.success) return [];
  const failures = parsed.output?.batchItemFailures ?? [];
  const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
  const kept = batch.filter(({ MessageId }) => failed.has(MessageId));
  return kept.length === failed.size ? batch.filter((one) => !failed.has(one.MessageId)) : [];
};
