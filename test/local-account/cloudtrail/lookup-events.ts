import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { cutPage } from '../request.ts';
import type { RecordedEvent } from './record.ts';

/** The lookup attributes. AWS does not document the resources of an event, so their attributes are refused. */
const ATTRIBUTES: Readonly<Record<string, (event: RecordedEvent) => string>> = {
  EventId: ({ record }) => record.eventID,
  EventName: ({ record }) => record.eventName,
  EventSource: ({ record }) => record.eventSource,
  ReadOnly: ({ record }) => String(record.readOnly),
  Username: ({ Username }) => Username,
  AccessKeyId: ({ record }) => record.userIdentity.accessKeyId,
};

const LookupAttribute = v.strictObject({
  AttributeKey: v.string(),
  AttributeValue: v.pipe(v.string(), v.minLength(1), v.maxLength(2000)),
});

const invalidLookup = (
  kind: 'LookupAttributes' | 'MaxResults' | 'NextToken' | 'TimeRange',
  message: string,
) => new ServiceError(`Invalid${kind}Exception`, message);

/** Returns the condition for the attributes of a request; without attributes it accepts every event. */
const matcherOf = ([wanted, ...others]: readonly v.InferOutput<typeof LookupAttribute>[]) => {
  if (wanted === undefined) return () => true;
  const read = ATTRIBUTES[wanted.AttributeKey];
  if (others.length > 0 || read === undefined) {
    const expected = `at most one of ${Object.keys(ATTRIBUTES).join(', ')}`;
    const got = [wanted, ...others].map(({ AttributeKey }) => AttributeKey).join(', ');
    throw invalidLookup('LookupAttributes', `expected ${expected}, got ${got}`);
  }
  return (event: RecordedEvent) => read(event) === wanted.AttributeValue;
};

const MAX_PER_PAGE = 50;
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
  MaxResults: v.optional(v.pipe(v.number(), v.integer()), MAX_PER_PAGE),
  NextToken: v.optional(v.string()),
});
type LookupEvents = v.InferOutput<typeof LookupEvents>;

const refuseBounds = ({ StartTime, EndTime, MaxResults }: LookupEvents) => {
  if (MaxResults < 1 || MaxResults > MAX_PER_PAGE)
    throw invalidLookup('MaxResults', `expected 1 to ${MAX_PER_PAGE}, got ${MaxResults}`);
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

type HistoryDeps = {
  readonly visible: readonly RecordedEvent[];
  readonly now: () => Date;
  /** The Region of a request without a signature. */
  readonly region: string;
  /** Maximum number of items on any page. @default 50 */
  readonly pageSize?: number | undefined;
};

/** Refuses the third request within one second in the same Region. */
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
 * LookupEvents: returns the event history of a Region for 90 days, newest first; allows two requests per second.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const lookupEvents = ({ visible, now, pageSize = MAX_PER_PAGE, ...deps }: HistoryDeps) => {
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
    // The key grows with the age of the event.
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
