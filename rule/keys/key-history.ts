import * as v from 'valibot';
import { answerOf, Instant, Json, parse, Text } from '../input/parse.ts';
import type { AccessKey } from './access-key.ts';
import { addDays } from './days.ts';

/** What CloudTrail records of a call; a call that failed says no more than that. */
const CloudTrailEvent = v.object({
  eventSource: v.string(),
  eventName: v.string(),
  errorCode: v.nullish(v.string()),
});

/** A call that set the status of a key; whoever acts on a key of its own may leave the user's name out. */
const UpdateAccessKeyEvent = v.object({
  eventID: Text,
  eventTime: Instant,
  requestParameters: v.object({
    accessKeyId: Text,
    status: v.picklist(['Active', 'Inactive', 'Expired']),
  }),
  userIdentity: v.nullish(
    v.object({
      sessionContext: v.nullish(
        v.object({ sessionIssuer: v.nullish(v.object({ arn: v.nullish(v.string()) })) }),
      ),
    }),
  ),
});

/** A key was made active or inactive: the event, its instant in whole seconds, and the role that did it, if a role did. */
export type StatusChange = {
  readonly eventID: string;
  readonly eventTime: Date;
  readonly accessKeyId: string;
  readonly status: 'Active' | 'Inactive';
  readonly roleArn: string | undefined;
};

/** What CloudTrail's event history tells of keys that were made active or inactive. */
export type KeyHistory = {
  /** Where the history begins: 90 days before the run. */
  readonly from: Date;
  /** Every change since `from` is here, but for those of the last minutes; false where changes may be elsewhere. */
  readonly isComplete: boolean;
  readonly changes: readonly StatusChange[];
};

/** Days that CloudTrail keeps its event history. */
export const DAYS_OF_HISTORY = 90;

/** Where the history of a run begins. */
export const historyBegins = (at: Date): Date => addDays(at, -DAYS_OF_HISTORY);

/** The history where none could be read: it proves nothing. */
export const noHistory = (from: Date): KeyHistory => ({ from, isComplete: false, changes: [] });

/**
 * Reads the text of an event that LookupEvents found, or nothing when it made no key active or inactive: another call,
 * one that failed, or one to `Expired`, which IAM's API has. Whoever may set that must not be able to stop the reading.
 *
 * @throws {InvalidResponseError} when a call that succeeded does not say which key it set to what
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export const readStatusChange = (cloudTrailEvent: unknown): StatusChange | undefined => {
  const what = answerOf('CloudTrailEvent');
  const event = parse(v.pipe(Json, v.unknown()), cloudTrailEvent, what);
  const { eventSource, eventName, errorCode } = parse(CloudTrailEvent, event, what);
  const isUpdate = eventSource === 'iam.amazonaws.com' && eventName === 'UpdateAccessKey';
  if (!isUpdate || errorCode) return undefined;
  const { eventID, eventTime, requestParameters, userIdentity } = parse(
    UpdateAccessKeyEvent,
    event,
    what,
  );
  const { accessKeyId, status } = requestParameters;
  if (status === 'Expired') return undefined;
  const roleArn = userIdentity?.sessionContext?.sessionIssuer?.arn ?? undefined;
  return { eventID, eventTime, accessKeyId, status, roleArn };
};

/** The changes of one key, the oldest first; of the same second the one to the status that the key has now is the last. */
export const changesOf = (
  { changes }: KeyHistory,
  { AccessKeyId, Status }: Pick<AccessKey, 'AccessKeyId' | 'Status'>,
): readonly StatusChange[] =>
  changes
    .filter(({ accessKeyId }) => accessKeyId === AccessKeyId)
    .sort(
      (one, other) =>
        one.eventTime.getTime() - other.eventTime.getTime() ||
        Number(one.status === Status) - Number(other.status === Status) ||
        // Stryker disable next-line EqualityOperator: no two events have the same id.
        (one.eventID < other.eventID ? -1 : 1),
    );
