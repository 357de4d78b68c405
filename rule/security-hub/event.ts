import * as v from 'valibot';
import { Json, parse, textUpTo, tryParse } from '../input/parse.ts';
import { QueueBatch } from '../input/queue-batch.ts';

/** The function was invoked with neither its schedule nor a batch of messages. */
export class InvalidFindingEventError extends Error {
  override readonly name = 'InvalidFindingEventError';
}

const Schedule = v.object({
  source: v.literal('aws.events'),
  'detail-type': v.literal('Scheduled Event'),
});

const changeOf = (ruleNames: readonly string[]) =>
  v.object({
    source: v.literal('aws.config'),
    'detail-type': v.literal('Config Rules Compliance Change'),
    detail: v.object({
      configRuleName: v.picklist(ruleNames),
      resourceType: v.literal('AWS::IAM::User'),
      // A log line names it: longer than any id of IAM, it was not sent by Config.
      resourceId: textUpTo(128),
    }),
  });

/** One user of one rule, whose compliance has changed, and the messages that say so. */
export type ComplianceChange = {
  readonly configRuleName: string;
  readonly userId: string;
  readonly messageIds: readonly string[];
};

/** The messages of one batch: each change once, and apart from them what cannot be read. */
export type ChangeBatch = {
  readonly changes: readonly ComplianceChange[];
  readonly poisoned: readonly { readonly messageId: string; readonly problem: string }[];
};

/**
 * Reads why the function was invoked: changes of compliance, or nothing when all findings are to be reconciled.
 *
 * What an event says of the compliance is not read: late, twice or out of order it would be wrong.
 *
 * @throws {InvalidFindingEventError} says what was wrong, what was expected and what came
 * @see https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html
 */
export const parseFindingEvent = (
  event: unknown,
  ruleNames: readonly string[],
): ChangeBatch | undefined => {
  if (v.is(Schedule, event)) return undefined;
  const error = (message: string) => new InvalidFindingEventError(message);
  const { Records } = parse(QueueBatch, event, { what: 'event', error });
  const Change = v.pipe(Json, changeOf(ruleNames));
  const changes = new Map<string, ComplianceChange>();
  const poisoned = Records.flatMap(({ messageId, body }) => {
    const { output, problem } = { output: undefined, ...tryParse(Change, body, 'change') };
    if (output === undefined) return [{ messageId, problem: String(problem) }];
    const { configRuleName, resourceId: userId } = output.detail;
    const key = `${configRuleName} ${userId}`;
    const messageIds = [...(changes.get(key)?.messageIds ?? []), messageId];
    changes.set(key, { configRuleName, userId, messageIds });
    return [];
  });
  return { changes: [...changes.values()], poisoned };
};
