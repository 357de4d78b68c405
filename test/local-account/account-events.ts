import type { Foundation } from './account-foundation.ts';
import { createCloudTrail } from './cloudtrail/cloudtrail.ts';
import type { createTrails } from './cloudtrail/trails.ts';
import { createEventBridge } from './events/event-bridge.ts';
import { createEventSourceMappings } from './lambda/event-source-mapping.ts';
import type { Lambda } from './lambda/lambda.ts';
import type { Sqs } from './sqs/sqs.ts';

/** What stands at the ends of the way. */
type Ends = {
  readonly trails: ReturnType<typeof createTrails>;
  readonly sqs: Sqs;
  readonly lambda: Lambda;
};

/** The way of a key event: CloudTrail, EventBridge, a queue, and who polls it for a function. */
export const createEventServices = (foundation: Foundation, { trails, sqs, lambda }: Ends) => {
  const { dispatcher, trail = true } = foundation;
  if (!trail) trails.put([]);
  const events = createEventBridge({ ...foundation, sqs, lambda });
  const { operations, ...cloudtrail } = createCloudTrail({
    ...foundation,
    isLogging: trails.isLogging,
    putEvent: events.put,
    onAnswer: dispatcher.onAnswer,
  });
  dispatcher.register('cloudtrail', { ...trails.operations, ...operations });
  const eventSourceMappings = createEventSourceMappings({ ...foundation, sqs, lambda });
  return { cloudtrail: { ...cloudtrail, trails }, events, eventSourceMappings };
};
