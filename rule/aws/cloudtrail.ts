import { setTimeout } from 'node:timers/promises';
import {
  CloudTrailClient,
  type CloudTrailClientConfig,
  type LookupAttribute,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';
import * as v from 'valibot';
import { parse, responseOf, Text } from '../input/parse.ts';
import { historyBegins, type KeyHistory, readStatusChange } from '../keys/key-history.ts';
import { type CountCalls, connection } from './clients.ts';
import { iamRegionOf } from './regions.ts';

/** Events per page: the most that CloudTrail returns. */
const MaxResults = 50;

/** Milliseconds between two requests: CloudTrail allows an account two requests a second. */
const PAUSE = 500;

/** All callers in the account share CloudTrail's request rate, so a page is retried for minutes before it fails. */
const RETRIES = { maximumAttempts: 60, longestDelay: 10_000, minimumCallsPerSecond: 1 };

/** The list is required, although it is optional in the API model: no event means that a key was inactive all the time. */
const EventsPage = v.object({
  Events: v.array(v.object({ CloudTrailEvent: Text })),
  NextToken: v.optional(v.string()),
});

/**
 * Yields the pages of events with an attribute, the newest events first, at most two pages a second. Each event is a JSON
 * text.
 */
const lookUp = async function* (
  client: CloudTrailClient,
  attribute: LookupAttribute,
  signal?: AbortSignal,
) {
  // Without StartTime, CloudTrail returns all 90 days. It may refuse a StartTime that is earlier.
  const pages = paginateLookupEvents(
    { client },
    { LookupAttributes: [attribute], MaxResults },
    signal && { abortSignal: signal },
  );
  let requestedAt = Date.now();
  for await (const response of pages) {
    const { Events, NextToken } = parse(EventsPage, response, responseOf('LookupEvents'));
    yield { events: Events.map(({ CloudTrailEvent }) => CloudTrailEvent), isLast: !NextToken };
    const pause = Math.max(requestedAt + PAUSE - Date.now(), 0);
    if (NextToken) await setTimeout(pause, undefined, { signal });
    requestedAt = Date.now();
  }
};

/** Reads the key history at an instant. Stops when the signal aborts. */
export type ReadHistory = (at: Date, signal?: AbortSignal) => Promise<KeyHistory>;

type HistoryOptions = {
  /** The number of events after which reading stops. The history is then incomplete. @default - none */
  readonly maximumEvents?: number;
  /** The number of seconds after which no further page is read. The history is then incomplete. @default - none */
  readonly maximumSeconds?: number;
  // By default, the credentials of the environment and connections of its own.
} & Pick<CloudTrailClientConfig, 'credentials' | 'requestHandler'>;

/**
 * Creates a function that reads the status changes of access keys from CloudTrail's event history, in the Region that
 * records IAM events.
 *
 * Reads the newest events first, at most two pages a second. In us-east-1, a page took 3.9 s on average and 35 s at
 * most in one public measurement. In a partition whose Region for IAM is unknown, it reads the function's own Region, and
 * the history is incomplete.
 *
 * @param region  the Region of the function
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 * @see https://repost.aws/questions/QU_pkYincJQBytmgwCE_CczQ/lookup-api-s-request-response-time-is-too-high-for-region-us-east-1
 */
export const createEventHistory = (
  region: string | undefined,
  countCalls: CountCalls,
  {
    maximumEvents = Number.POSITIVE_INFINITY,
    maximumSeconds = Number.POSITIVE_INFINITY,
    ...config
  }: HistoryOptions = {},
): ReadHistory => {
  const iamRegion = iamRegionOf(region ?? '');
  const client = new CloudTrailClient({
    ...connection(RETRIES),
    ...config,
    ...(iamRegion !== undefined && { region: iamRegion }),
  });
  countCalls(client);
  return async (at, signal) => {
    const changes: KeyHistory['changes'][number][] = [];
    const from = historyBegins(at);
    const lastPageBegins = Date.now() + maximumSeconds * 1000;
    const attribute = { AttributeKey: 'EventName', AttributeValue: 'UpdateAccessKey' } as const;
    let read = 0;
    for await (const { events, isLast } of lookUp(client, attribute, signal)) {
      for (const event of events) {
        const change = readStatusChange(event);
        if (change !== undefined) changes.push(change);
      }
      read += events.length;
      const isOver = read >= maximumEvents || Date.now() >= lastPageBegins;
      if (!isLast && isOver) return { from, isComplete: false, changes };
    }
    return { from, isComplete: iamRegion !== undefined, changes };
  };
};

/** The newest management events that a key has signed in a Region. */
export type KeyEvents = {
  /** JSON texts. */
  readonly events: readonly string[];
  /** False if there are more events. */
  readonly isComplete: boolean;
};

/** Reads the events of a key in the Region of its last use. */
export type ReadKeyEvents = (key: {
  readonly AccessKeyId: string;
  readonly Region: string;
}) => Promise<KeyEvents>;

/** The maximum number of pages of a key's events. */
const PAGES_OF_A_KEY = 2;

/** Milliseconds after which reading the events of a key fails. */
const KEY_EVENTS_TIMEOUT = 20_000;

/**
 * Creates a function that reads the newest events of one access key: two pages at most.
 *
 * CloudTrail returns management events of 90 days, so no reads of S3 objects, of one Region.
 *
 * @throws {DOMException} named `TimeoutError`, if reading takes more than 20 s
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const createKeyEvents =
  (countCalls: CountCalls): ReadKeyEvents =>
  async ({ AccessKeyId, Region }) => {
    const client = new CloudTrailClient({
      ...connection({ minimumCallsPerSecond: 1 }),
      region: Region,
    });
    countCalls(client);
    const signal = AbortSignal.timeout(KEY_EVENTS_TIMEOUT);
    const attribute = { AttributeKey: 'AccessKeyId', AttributeValue: AccessKeyId } as const;
    const pages: KeyEvents[] = [];
    try {
      for await (const { events, isLast } of lookUp(client, attribute, signal)) {
        pages.push({ events, isComplete: isLast });
        if (pages.length === PAGES_OF_A_KEY) break;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      client.destroy();
    }
    return {
      events: pages.flatMap(({ events }) => events),
      isComplete: pages.at(-1)?.isComplete === true,
    };
  };
