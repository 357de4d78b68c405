import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { cutPage, unfold } from '../request.ts';
import type { RecordedEvent } from './record.ts';

/** What an event is looked up by. Which resources an event is about AWS leaves open: refused here. */
const ATTRIBUTES: Readonly<Record<string, (event: RecordedEvent) => string>> = {
  EventId: ({ record }) => record.eventID,
  EventName: ({ record }) => record.eventName,
  EventSource: ({ record }) => record.eventSource,
  ReadOnly: ({ record }) => String(record.readOnly),
  Username: ({ Username }) => Username,
  AccessKeyId: ({ record }) => record.userIdentity.accessKeyId,
};

/** One condition on the events to look up. */
export const LookupAttribute = v.strictObject({
  AttributeKey: v.string(),
  AttributeValue: v.pipe(v.string(), v.minLength(1), v.maxLength(2000)),
});

/** How LookupEvents refuses a member. */
export const invalidLookup = (
  kind: 'LookupAttributes' | 'MaxResults' | 'NextToken' | 'TimeRange',
  message: string,
) => new ServiceError(`Invalid${kind}Exception`, message);

/**
 * Tells whether an event is one of those asked for; without a condition every one is.
 *
 * @throws {ServiceError} InvalidLookupAttributesException
 */
export const matcherOf = ([wanted, ...others]: readonly v.InferOutput<
  typeof LookupAttribute
>[]) => {
  if (wanted === undefined) return () => true;
  const read = ATTRIBUTES[wanted.AttributeKey];
  if (others.length > 0 || read === undefined) {
    const expected = `at most one of ${Object.keys(ATTRIBUTES).join(', ')}`;
    const got = [wanted, ...others].map(({ AttributeKey }) => AttributeKey).join(', ');
    throw invalidLookup('LookupAttributes', `expected ${expected}, got ${got}`);
  }
  return (event: RecordedEvent) => read(event) === wanted.AttributeValue;
};

const Members = v.record(v.string(), v.unknown());
const camelCase = (name: string) => name.replace(/^[A-Z]/, (letter) => letter.toLowerCase());

const rename = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(rename);
  if (!v.is(Members, value) || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [camelCase(name), rename(member)]),
  );
};

/** A request's members as CloudTrail writes them: `userName` for `UserName`; `null` for none. */
export const requestParametersOf = (input: unknown): unknown =>
  v.is(Members, input) && Object.keys(input).length > 0 ? rename(unfold(input)) : null;

/** As IAM's records have it: `Mar 24, 2014 9:11:59 PM`. */
const textOf = (date: Date) => {
  const day = date.toLocaleDateString('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
  const hours = date.getUTCHours();
  const [minutes, seconds] = date.toISOString().slice(14, 19).split(':');
  return `${day} ${hours % 12 || 12}:${minutes}:${seconds} ${hours < 12 ? 'AM' : 'PM'}`;
};

const AccessKey = v.object({
  UserName: v.string(),
  AccessKeyId: v.string(),
  Status: v.string(),
  CreateDate: v.pipe(v.date(), v.transform(textOf)),
});
const User = v.object({
  Path: v.string(),
  UserName: v.string(),
  UserId: v.string(),
  Arn: v.string(),
  CreateDate: v.pipe(v.date(), v.transform(textOf)),
});

/** What is written of an operation's answer: what was made, and never a secret. */
const RESPONSES: Readonly<Record<string, v.GenericSchema>> = {
  CreateAccessKey: v.object({ AccessKey }),
  CreateUser: v.object({ User }),
};

/** An answer's members as CloudTrail writes them; `null` for an operation that makes nothing. */
export const responseElementsOf = (operation: string, output: unknown): unknown => {
  const schema = RESPONSES[operation];
  return schema === undefined ? null : rename(v.parse(schema, output));
};

const MOST_PER_PAGE = 50;
const DAYS_OF_HISTORY = 90;
const DAY_IN_MILLISECONDS = 86_400_000;
const REQUESTS_PER_SECOND = 2;

const Timestamp = v.optional(
  v.pipe(
    v.number(),
    v.transform((seconds) => seconds * 1000),
  ),
);
const LookupEvents = v.strictObject({
  LookupAttributes: v.optional(v.array(LookupAttribute), []),
  StartTime: Timestamp,
  EndTime: Timestamp,
  MaxResults: v.optional(v.pipe(v.number(), v.integer()), MOST_PER_PAGE),
  NextToken: v.optional(v.string()),
});
type LookupEvents = v.InferOutput<typeof LookupEvents>;

const refuseBounds = ({ StartTime, EndTime, MaxResults }: LookupEvents) => {
  if (MaxResults < 1 || MaxResults > MOST_PER_PAGE)
    throw invalidLookup('MaxResults', `expected 1 to ${MOST_PER_PAGE}, got ${MaxResults}`);
  if (StartTime !== undefined && EndTime !== undefined && StartTime > EndTime)
    throw invalidLookup(
      'TimeRange',
      `expected a StartTime before EndTime, got ${StartTime} > ${EndTime}`,
    );
};

const toEvent = ({ record, Username }: RecordedEvent) => ({
  EventId: record.eventID,
  EventName: record.eventName,
  ReadOnly: String(record.readOnly),
  AccessKeyId: record.userIdentity.accessKeyId,
  EventTime: new Date(record.eventTime),
  EventSource: record.eventSource,
  Username,
  Resources: [],
  CloudTrailEvent: JSON.stringify(record),
});

/** The events that are in the history, in the order in which they came, and the account's time. */
type HistoryDeps = {
  readonly visible: readonly RecordedEvent[];
  readonly now: () => Date;
  /** Where a request that nobody signed looks. */
  readonly region: string;
  /** Most items on any page. @default 50 */
  readonly pageSize?: number | undefined;
};

/** Refuses a request when there were two in the second before it, in the same Region. */
const createThrottle = (now: () => Date) => {
  let taken: { readonly at: number; readonly region: string }[] = [];
  return (region: string) => {
    const at = now().getTime();
    taken = taken.filter((earlier) => at - earlier.at < 1000);
    if (taken.filter((earlier) => earlier.region === region).length >= REQUESTS_PER_SECOND)
      throw new ServiceError('ThrottlingException', 'Rate exceeded');
    taken.push({ at, region });
  };
};

/**
 * LookupEvents: a Region's event history of 90 days, newest first; two requests a second.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const lookupEvents = ({ visible, now, pageSize = MOST_PER_PAGE, ...deps }: HistoryDeps) => {
  const throttle = createThrottle(now);
  return operation(LookupEvents, (input, _principal, region = deps.region) => {
    throttle(region);
    refuseBounds(input);
    const { NextToken, ...asked } = input;
    const isWanted = matcherOf(input.LookupAttributes);
    const oldest = now().getTime() - DAYS_OF_HISTORY * DAY_IN_MILLISECONDS;
    const { StartTime = oldest, EndTime = Number.POSITIVE_INFINITY } = input;
    const timed = visible.map((event, index) => ({
      event,
      index,
      time: Date.parse(event.record.eventTime),
    }));
    const found = timed.filter(
      ({ event, time }) =>
        event.record.awsRegion === region &&
        time >= Math.max(StartTime, oldest) &&
        time <= EndTime &&
        isWanted(event),
    );
    // A key that grows as the events get older.
    const descending = (number: number) => String(Number.MAX_SAFE_INTEGER - number);
    const page = cutPage({
      list: `LookupEvents ${region} ${JSON.stringify(asked)}`,
      items: found,
      keyOf: ({ time, index }) => `${descending(time)} ${descending(index)}`,
      size: Math.min(input.MaxResults, pageSize),
      marker: NextToken,
      refuse: (token) => invalidLookup('NextToken', `unknown NextToken ${JSON.stringify(token)}`),
    });
    return { Events: page.items.map(({ event }) => toEvent(event)), NextToken: page.next };
  });
};
