import * as v from 'valibot';
import { Instant, Json, parse, responseOf, Text } from '../../rule/input/parse.ts';
import { DAYS_OF_HISTORY } from '../../rule/keys/key-history.ts';

/** The members of a CloudTrail event that show how a key was used. AWS services leave the last two out of some events. */
const KeyEvent = v.object({
  eventTime: Instant,
  eventSource: Text,
  eventName: Text,
  sourceIPAddress: v.nullish(v.string()),
  userAgent: v.nullish(v.string()),
});

/** How many uses a reason describes. */
const SHOWN_USES = 3;

/**
 * Every character but letters, digits and those that versions, addresses and names of services need.
 *
 * A caller chooses its user agent. Without other characters it cannot add a line or a control sequence, end its
 * parentheses, format, mention or link, or become a reference that Systems Manager resolves.
 */
const NOT_SHOWN = /[^A-Za-z0-9.:/#+=-]+|:(?=\/)/g;

/** Returns a text from outside as one line of plain ASCII of a limited length. */
const show = (text: string, maximumLength: number): string => {
  const plain = text.replace(NOT_SHOWN, ' ').replace(/ +/g, ' ').trim();
  return plain.length <= maximumLength ? plain : `${plain.slice(0, maximumLength - 3)}...`;
};

/** A use of a key, as shown. A part that is missing is empty. */
type KeyUse = {
  readonly at: Date;
  /** Service and API, such as `s3:ListBuckets`. */
  readonly api: string;
  /** An IP address, or the name of the AWS service that made the call. */
  readonly source: string;
  readonly userAgent: string;
};

const readKeyUse = (cloudTrailEvent: string): KeyUse => {
  const what = responseOf('CloudTrailEvent');
  const event = parse(KeyEvent, parse(v.pipe(Json, v.unknown()), cloudTrailEvent, what), what);
  const service = event.eventSource.replace(/\.amazonaws\.com$/, '');
  return {
    at: event.eventTime,
    api: show(`${service}:${event.eventName}`, 80),
    source: show(event.sourceIPAddress ?? '', 48),
    userAgent: show(event.userAgent ?? '', 48),
  };
};

/** Describes a use without its time: `s3:ListBuckets from 203.0.113.7 (aws-cli/2.15.30)`. */
const describeCall = ({ api, source, userAgent }: KeyUse): string =>
  `${api} from ${source || 'an unknown address'}${userAgent && ` (${userAgent})`}`;

/** Counts different texts: `2 APIs`. Empty ones do not count. */
const countOf = (texts: readonly string[], noun: string, plural: string): string => {
  const { size } = new Set(texts.filter((text) => text !== ''));
  return `${size} ${size === 1 ? noun : plural}`;
};

const LIMITS = `management events of the last ${DAYS_OF_HISTORY} days, no reads of S3 objects`;

const countUses = (uses: readonly KeyUse[], isComplete: boolean): string =>
  [
    `in total ${isComplete ? '' : 'at least '}${uses.length} ${uses.length === 1 ? 'event' : 'events'}`,
    countOf(
      uses.map(({ api }) => api),
      'API',
      'APIs',
    ),
    countOf(
      uses.map(({ source }) => source),
      'source address',
      'source addresses',
    ),
    countOf(
      uses.map(({ userAgent }) => userAgent),
      'user agent',
      'user agents',
    ),
  ].join(', ');

/**
 * Describes who uses a key: the newest event of each of the last three different calls, and how many different APIs, source
 * addresses and user agents there are.
 *
 * The text is one line of plain ASCII of at most 900 characters. It informs a person; no plan depends on it.
 *
 * @param region  the Region of the last use, whose events were read
 * @throws {InvalidResponseError} if an event is not JSON, or has no time, service or API
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export const describeKeyUse = (
  { events, isComplete }: { readonly events: readonly string[]; readonly isComplete: boolean },
  region: string,
): string => {
  const uses = events
    .map(readKeyUse)
    .toSorted((one, other) => other.at.getTime() - one.at.getTime());
  if (uses.length === 0)
    return `CloudTrail shows no use of this key in ${region}, the Region of its last use (${LIMITS})`;
  const newest = new Map<string, string>();
  for (const use of uses) {
    const call = describeCall(use);
    if (!newest.has(call)) newest.set(call, `${use.at.toISOString().slice(0, 16)}Z ${call}`);
  }
  const shown = [...newest.values()].slice(0, SHOWN_USES).join('; ');
  return `CloudTrail shows these last calls with the key in ${region}, the Region of its last use: ${shown}; ${countUses(uses, isComplete)} (${LIMITS})`;
};

/** Describes a use that could not be read, with the name of the error. */
export const describeUnreadUse = (errorName: string, region: string): string =>
  `The recent use of this key in ${region} could not be read from CloudTrail (${show(errorName, 64)})`;

/** Says that IAM does not name a Region, so that there is nothing to read. */
export const UNKNOWN_REGION =
  'The recent use of this key is unknown, because IAM does not name the Region of its last use';
