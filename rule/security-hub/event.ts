import * as v from 'valibot';
import { RESOURCE_TYPE } from '../aws/config.ts';
import { Json, textUpTo, tryParse } from '../input/parse.ts';
import { parseQueueBatch, type QueueMessages } from '../input/queue-batch.ts';

const Schedule = v.object({
  source: v.literal('aws.events'),
  'detail-type': v.literal('Scheduled Event'),
});

const complianceChangeOf = (ruleNames: readonly string[]) =>
  v.pipe(
    Json,
    v.object({
      source: v.literal('aws.config'),
      'detail-type': v.literal('Config Rules Compliance Change'),
      detail: v.object({
        configRuleName: v.picklist(ruleNames),
        resourceType: v.literal(RESOURCE_TYPE),
        // The limit is longer than any IAM id and keeps log lines short.
        resourceId: textUpTo(128),
      }),
    }),
    v.transform(({ detail }) => ({ ruleName: detail.configRuleName, userId: detail.resourceId })),
  );

/** A user whose compliance with a rule changed. */
export type ComplianceChange = { readonly ruleName: string; readonly userId: string };

/**
 * Parses the event. Returns a batch of compliance changes, or undefined for the schedule.
 *
 * Ignores the compliance in an event, because events can be late, repeated or out of order.
 *
 * @throws {InvalidBatchError} names the member, what was expected and what it got
 * @see https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html
 */
export const parseFindingEvent = (
  event: unknown,
  ruleNames: readonly string[],
): QueueMessages<ComplianceChange> | undefined => {
  if (v.is(Schedule, event)) return undefined;
  const ComplianceChange = complianceChangeOf(ruleNames);
  return parseQueueBatch(event, (body) => tryParse(ComplianceChange, body, 'compliance change'));
};
