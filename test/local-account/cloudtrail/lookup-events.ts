import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { operation } from '../dispatch.ts';
import { cutPage } from '../page.ts';
import { invalidLookup, LookupAttribute, matcherOf } from './lookup-attributes.ts';
import type { RecordedEvent } from './record.ts';

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
