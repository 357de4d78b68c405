import * as v from 'valibot';
import { RESOURCE_TYPE } from '../../rule/aws/config.ts';
import { Instant, Json, Text, textUpTo, tryParse } from '../../rule/input/parse.ts';
import { parseQueueBatch, type QueueMessages } from '../../rule/input/queue-batch.ts';
import type { Notice } from './texts.ts';

/** A user whose compliance with a rule has become NON_COMPLIANT. */
export type Violation = {
  readonly eventId: string;
  readonly ConfigRuleName: string;
  readonly UserId: string;
  /** When AWS Config recorded the result. */
  readonly recorded: Date;
  /** False if the result before it was NON_COMPLIANT too. */
  readonly isNew: boolean;
};

/** A name or an id, which has at most 128 characters in IAM. */
const Name = textUpTo(128);

/** @see https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html */
const violationOf = (ruleNames: readonly string[]) =>
  v.pipe(
    v.object({
      id: Name,
      source: v.literal('aws.config'),
      'detail-type': v.literal('Config Rules Compliance Change'),
      detail: v.object({
        configRuleName: v.picklist(ruleNames),
        resourceType: v.literal(RESOURCE_TYPE),
        resourceId: Name,
        newEvaluationResult: v.object({
          complianceType: v.literal('NON_COMPLIANT'),
          resultRecordedTime: Instant,
        }),
        oldEvaluationResult: v.nullish(v.object({ complianceType: v.string() })),
      }),
    }),
    v.transform(
      ({ id, detail }): Violation => ({
        eventId: id,
        ConfigRuleName: detail.configRuleName,
        UserId: detail.resourceId,
        recorded: detail.newEvaluationResult.resultRecordedTime,
        isNew: detail.oldEvaluationResult?.complianceType !== 'NON_COMPLIANT',
      }),
    ),
  );

const noticeOf = (ruleNames: readonly string[]) => {
  const shared = {
    ConfigRuleName: v.picklist(ruleNames),
    ExecutionId: Name,
    UserId: Name,
    UserName: Name,
    AccessKeyId: Name,
    Reason: Text,
  };
  return v.variant('Outcome', [
    v.object({
      ...shared,
      Outcome: v.picklist(['Deactivate', 'Reactivate', 'Delete']),
      UndoCommand: v.optional(Text),
      NextCommand: v.optional(Text),
    }),
    v.object({
      ...shared,
      Outcome: v.literal('Unverified'),
      Change: v.picklist(['deactivation', 'reactivation', 'deletion']),
    }),
  ]);
};

/** What the queue holds: a change of compliance from EventBridge, or a notice from a runbook. */
export type Item = { readonly violation: Violation } | { readonly notice: Notice };

const isNotice = (body: unknown): boolean => Object.hasOwn(Object(body), 'Outcome');

/**
 * Parses a batch of the queue.
 *
 * @throws {InvalidBatchError} if the event is not a batch of SQS messages
 */
export const parseInbox = (event: unknown, ruleNames: readonly string[]): QueueMessages<Item> => {
  const ViolationItem = v.pipe(
    violationOf(ruleNames),
    v.transform((violation): Item => ({ violation })),
  );
  const NoticeItem = v.pipe(
    noticeOf(ruleNames),
    v.transform((notice): Item => ({ notice })),
  );
  return parseQueueBatch(event, (text) => {
    const body = tryParse(Json, text, 'message');
    if (body.problem !== undefined) return body;
    return isNotice(body.output)
      ? tryParse(NoticeItem, body.output, 'notice')
      : tryParse(ViolationItem, body.output, 'compliance change');
  });
};
