import { setTimeout } from 'node:timers/promises';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import * as v from 'valibot';
import { answerOf, parse, Text } from '../input/parse.ts';
import { historyBegins, type KeyHistory, readStatusChange } from '../keys/key-history.ts';
import { type CountCalls, connection } from './clients.ts';
import { pages } from './pages.ts';
import { iamRegionOf } from './regions.ts';

/** Events asked for in a page: the most that CloudTrail gives. */
const PAGE_SIZE = 50;

/** Milliseconds between two pages: CloudTrail admits two requests a second to an account. */
const PAUSE = 500;

/** Whoever else reads the account's history shares its rate: a page is asked for again for minutes before it fails. */
const RETRIES = { maximumAttempts: 60, longestDelay: 10_000, minimumCallsPerSecond: 1 };

const EventsPage = v.object({
  Events: v.array(v.object({ CloudTrailEvent: Text })),
  NextToken: v.optional(v.string()),
});

/** Reads the history of keys as of an instant; stops when the signal aborts. */
export type ReadHistory = (at: Date, signal?: AbortSignal) => Promise<KeyHistory>;

const reader =
  (client: CloudTrailClient, isComplete: boolean): ReadHistory =>
  async (at, signal) => {
    const readPage = async (NextToken: string | undefined) => {
      if (NextToken !== undefined) await setTimeout(PAUSE, undefined, { signal });
      // No StartTime: all there is are 90 days, and AWS may refuse one before them.
      const command = new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'UpdateAccessKey' }],
        MaxResults: PAGE_SIZE,
        NextToken,
      });
      const answer = await client.send(command, signal && { abortSignal: signal });
      const page = parse(EventsPage, answer, answerOf('LookupEvents'));
      return { answer: page.Events, next: page.NextToken || undefined };
    };
    const changes: KeyHistory['changes'][number][] = [];
    for await (const events of pages(readPage, 'LookupEvents: expected the next NextToken'))
      changes.push(
        ...events.flatMap(({ CloudTrailEvent }) => readStatusChange(CloudTrailEvent) ?? []),
      );
    return { from: historyBegins(at), isComplete, changes };
  };

/**
 * The way to CloudTrail's event history of keys, in the Region where IAM's events are recorded.
 *
 * Every page, two requests a second. Where nobody says which Region that is, what is found in the own one is no proof
 * of what is not.
 *
 * @param region  the function's own
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const createEventHistory = (region: string | undefined, countCalls: CountCalls) => {
  const iamRegion = iamRegionOf(region ?? '');
  const client = new CloudTrailClient({
    ...connection(RETRIES),
    ...(iamRegion !== undefined && { region: iamRegion }),
  });
  countCalls(client);
  return reader(client, iamRegion !== undefined);
};
