import { type Clock, createWork } from '../clock.ts';
import type { Call, Ending } from '../dispatch.ts';
import { type BridgedEvent, bridgedEvent } from '../events/rules.ts';
import type { Roles } from '../sts/sts.ts';
import { lookupEvents } from './lookup-events.ts';
import { type RecordedEvent, recordOf, type SignedCall, signedRecordOf } from './record.ts';

/** The IAM operations that CloudTrail records here: those that write. */
const WRITES: ReadonlySet<string> = new Set([
  'AttachUserPolicy',
  'CreateAccessKey',
  'CreateUser',
  'DeleteAccessKey',
  'DeleteUser',
  'DetachUserPolicy',
  'TagUser',
  'UntagUser',
  'UpdateAccessKey',
  'UpdateUser',
]);

/** What CloudTrail needs from the account. */
type CloudTrailDeps = Clock & {
  readonly accountId: string;
  readonly region: string;
  readonly roles: Roles;
  readonly closed: AbortSignal;
  readonly pageSize?: number | undefined;
  /** Milliseconds from a call to its event. @default 0 */
  readonly cloudTrailDelay?: number | undefined;
  /** Whether a trail logs. Without one the history has the event, but EventBridge does not receive it. */
  readonly isLogging: () => boolean;
  readonly putEvent: (event: BridgedEvent) => void;
  readonly onAnswer: (listener: (call: Call, ending: Ending) => void) => void;
};

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html */
const toBridgedEvent = ({ record: detail }: RecordedEvent, deps: CloudTrailDeps) => {
  const own = { 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.iam', detail };
  return bridgedEvent(own, deps, new Date(detail.eventTime));
};

/**
 * Creates CloudTrail's event history, which also sends its events to EventBridge.
 *
 * It records every IAM call that writes, including failed calls.
 */
export const createCloudTrail = (deps: CloudTrailDeps) => {
  const visible: RecordedEvent[] = [];
  const work = createWork('CloudTrail');
  const delay = deps.cloudTrailDelay ?? 0;

  const show = (event: RecordedEvent, isLogged: boolean) => {
    visible.push(event);
    // EventBridge receives only events of its own Region.
    if (isLogged && event.record.awsRegion === deps.region)
      deps.putEvent(toBridgedEvent(event, deps));
  };
  const showLater = async (event: RecordedEvent, isLogged: boolean) => {
    try {
      await deps.wait(delay, deps.closed);
    } catch (error) {
      if (deps.closed.aborted) return;
      throw error;
    }
    show(event, isLogged);
  };

  deps.onAnswer((call, ending) => {
    if (call.service !== 'iam' || !WRITES.has(call.operation)) return;
    const event = recordOf(call, ending, deps);
    const isLogged = deps.isLogging();
    if (delay === 0) show(event, isLogged);
    else work.begin(() => showLater(event, isLogged));
  });

  return {
    operations: { LookupEvents: lookupEvents({ ...deps, visible }) },
    /** Adds the event of a call that a key of a user has signed, at once. EventBridge does not receive it. */
    recordUse: (
      AccessKeyId: string,
      {
        at = deps.now(),
        eventSource = 's3.amazonaws.com',
        eventName = 'ListBuckets',
        awsRegion = deps.region,
        sourceIPAddress = '203.0.113.7',
        userAgent = 'aws-cli/2.15.30',
      }: Partial<Omit<SignedCall, 'AccessKeyId'>> = {},
    ) => {
      const call = { at, eventSource, eventName, awsRegion, sourceIPAddress, userAgent };
      visible.push(signedRecordOf({ AccessKeyId, ...call }, deps.accountId));
    },
    /** The recorded events, in the order of their arrival. */
    history: visible as readonly RecordedEvent[],
    isUnderWay: work.isUnderWay,
    /** Resolves when no event is delayed, for which the clock must run or be advanced. */
    settled: work.ended,
  };
};
