import * as v from 'valibot';
import { Instant, Json, parse, responseOf, Text } from '../input/parse.ts';
import { type AccessKey, compareText } from './access-key.ts';
import { addDays } from './days.ts';

/** The members of a CloudTrail event that show whether it is a successful UpdateAccessKey call. */
const CloudTrailEvent = v.object({
  eventSource: v.string(),
  eventName: v.string(),
  errorCode: v.nullish(v.string()),
});

/** A successful UpdateAccessKey call. The user name is absent if the caller updates its own key. */
const UpdateAccessKeyEvent = v.object({
  eventID: Text,
  eventTime: Instant,
  requestParameters: v.object({
    accessKeyId: Text,
    status: v.picklist(['Active', 'Inactive', 'Expired']),
  }),
  userAgent: v.nullish(v.string()),
  userIdentity: v.nullish(
    v.object({
      arn: v.nullish(v.string()),
      invokedBy: v.nullish(v.string()),
      sessionContext: v.nullish(
        v.object({ sessionIssuer: v.nullish(v.object({ arn: v.nullish(v.string()) })) }),
      ),
    }),
  ),
});

/** A change of the status of an access key. `eventTime` has whole seconds. */
export type StatusChange = {
  readonly eventID: string;
  readonly eventTime: Date;
  readonly accessKeyId: string;
  readonly status: 'Active' | 'Inactive' | 'Expired';
  /** The ARN of the caller, if it is known. */
  readonly callerArn: string | undefined;
  /** The ARN of the role that the caller had assumed, if any. */
  readonly roleArn: string | undefined;
  /** The AWS service that made the call for the caller, otherwise the user agent, which the caller chooses. */
  readonly userAgent: string | undefined;
};

/** The status changes in CloudTrail's event history. */
export type KeyHistory = {
  /** The start of the history, 90 days before the run. */
  readonly from: Date;
  /** False if changes may be missing. Even a complete history may lack the changes of the last minutes. */
  readonly isComplete: boolean;
  readonly changes: readonly StatusChange[];
};

/** The number of days for which CloudTrail keeps its event history. */
export const DAYS_OF_HISTORY = 90;

/** Returns the start of the history of a run. */
export const historyBegins = (at: Date): Date => addDays(at, -DAYS_OF_HISTORY);

/**
 * Parses the text of an event from LookupEvents. Returns undefined if the event is not a successful change of a status.
 *
 * @throws {InvalidResponseError} if a successful call has no key or no status
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export const readStatusChange = (cloudTrailEvent: unknown): StatusChange | undefined => {
  const what = responseOf('CloudTrailEvent');
  const event = parse(v.pipe(Json, v.unknown()), cloudTrailEvent, what);
  const { eventSource, eventName, errorCode } = parse(CloudTrailEvent, event, what);
  const isUpdate = eventSource === 'iam.amazonaws.com' && eventName === 'UpdateAccessKey';
  if (!isUpdate || errorCode) return undefined;
  const { eventID, eventTime, requestParameters, userIdentity, ...call } = parse(
    UpdateAccessKeyEvent,
    event,
    what,
  );
  const { accessKeyId, status } = requestParameters;
  const callerArn = userIdentity?.arn ?? undefined;
  const roleArn = userIdentity?.sessionContext?.sessionIssuer?.arn ?? undefined;
  const userAgent = userIdentity?.invokedBy ?? call.userAgent ?? undefined;
  return { eventID, eventTime, accessKeyId, status, callerArn, roleArn, userAgent };
};

/**
 * Returns the changes of one key, the oldest first. Of changes in the same second, the change to the key's current status
 * is the last.
 */
export const changesOf = (
  { changes }: Pick<KeyHistory, 'changes'>,
  { AccessKeyId, Status }: Pick<AccessKey, 'AccessKeyId' | 'Status'>,
): readonly StatusChange[] =>
  changes
    .filter(({ accessKeyId }) => accessKeyId === AccessKeyId)
    .sort(
      (one, other) =>
        one.eventTime.getTime() - other.eventTime.getTime() ||
        Number(one.status === Status) - Number(other.status === Status) ||
        compareText(one.eventID, other.eventID),
    );
