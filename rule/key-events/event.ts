import * as v from 'valibot';
import { Instant, Json, type Parsed, tryParse } from '../input/parse.ts';

/** The IAM calls that can change a result. EventBridge delivers only these, and the function accepts no others. */
export const KEY_EVENT_NAMES = [
  'CreateAccessKey',
  'UpdateAccessKey',
  'DeleteAccessKey',
  'CreateUser',
  'DeleteUser',
  'UpdateUser',
  'TagUser',
  'UntagUser',
] as const;

/** A user name. The limit is longer than any IAM user name and keeps log lines short. */
const UserName = v.pipe(v.string(), v.maxLength(128, 'at most 128 characters'));
const WithUserName = v.nullish(v.object({ userName: v.nullish(UserName) }));

/** A CloudTrail record in an EventBridge event; only the name and the time of the call are always present. */
const Event = v.object({
  source: v.literal('aws.iam'),
  detail: v.object({
    eventName: v.picklist(KEY_EVENT_NAMES),
    eventTime: Instant,
    userIdentity: v.nullish(
      v.object({ type: v.nullish(v.string()), ...WithUserName.wrapped.entries }),
    ),
    requestParameters: WithUserName,
    responseElements: v.nullish(v.object({ accessKey: WithUserName })),
  }),
});

/** A change of a user or of its access keys. */
export type KeyEvent = {
  readonly eventName: (typeof KEY_EVENT_NAMES)[number];
  readonly eventTime: Date;
  /** Undefined if the event does not name the user. */
  readonly userName: string | undefined;
};

/**
 * Parses the body of a queue message as a key event, or returns why it is not one.
 *
 * The user name comes from the request, else from the new key, else from the caller: users can leave out their name
 * when they change their own keys.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export const parseKeyEvent = (body: string): Parsed<KeyEvent> => {
  const parsed = tryParse(v.pipe(Json, Event), body, 'key event');
  if (parsed.problem !== undefined) return parsed;
  const { eventName, eventTime, requestParameters, responseElements, userIdentity } =
    parsed.output.detail;
  const caller = userIdentity?.type === 'IAMUser' ? userIdentity.userName : undefined;
  const userName = requestParameters?.userName ?? responseElements?.accessKey?.userName ?? caller;
  return { output: { eventName, eventTime, userName: userName ?? undefined } };
};
