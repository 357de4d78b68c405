import * as v from 'valibot';
import { RESOURCE_TYPE } from '../aws/config.ts';
import { Instant, Json, parse, Text, textUpTo } from '../input/parse.ts';

/** The event or its `invokingEvent` does not have the shape that Config sends to a custom rule. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
}

const ConfigurationItem = v.object({
  // The scope of the rule has no other type. A result of another type would not belong to a user.
  resourceType: v.literal(RESOURCE_TYPE),
  resourceId: textUpTo(768),
  // Null in an oversized notification and outdated after a rename. Only the id identifies the user.
  resourceName: v.nullish(v.string()),
  configurationItemStatus: Text,
  configurationItemCaptureTime: Instant,
});

const InvokingEvent = v.variant('messageType', [
  v.object({
    messageType: v.literal('ScheduledNotification'),
    notificationCreationTime: Instant,
  }),
  v.object({
    messageType: v.literal('ConfigurationItemChangeNotification'),
    configurationItem: ConfigurationItem,
    notificationCreationTime: v.optional(Instant),
  }),
  v.object({
    messageType: v.literal('OversizedConfigurationItemChangeNotification'),
    configurationItemSummary: ConfigurationItem,
    notificationCreationTime: v.optional(Instant),
  }),
]);

const OuterEvent = v.object({
  invokingEvent: Json,
  ruleParameters: v.optional(v.string()),
  resultToken: Text,
  configRuleName: textUpTo(128),
});

/** The user of a change notification. */
export type ConfigurationItem = v.InferOutput<typeof ConfigurationItem>;

/**
 * An event of AWS Config with its `invokingEvent` parsed. Both kinds of change notification have the same shape.
 *
 * `orderingTimestamp` is the instant of the evaluation: the creation time of the notification, or the capture time of
 * the item if there is none.
 */
export type ConfigRuleEvent = {
  readonly messageType: v.InferOutput<typeof InvokingEvent>['messageType'];
  readonly configRuleName: string;
  readonly ruleParameters?: string | undefined;
  readonly resultToken: string;
  readonly orderingTimestamp: Date;
  /** Absent in a scheduled notification. */
  readonly configurationItem?: ConfigurationItem;
};

const error = (message: string) => new InvalidEventError(message);

const readInvokingEvent = (value: unknown) => {
  const invokingEvent = parse(InvokingEvent, value, { what: 'invokingEvent', error });
  const { messageType, notificationCreationTime } = invokingEvent;
  if (messageType === 'ScheduledNotification')
    return { messageType, orderingTimestamp: invokingEvent.notificationCreationTime };
  const configurationItem =
    messageType === 'ConfigurationItemChangeNotification'
      ? invokingEvent.configurationItem
      : invokingEvent.configurationItemSummary;
  const orderingTimestamp =
    notificationCreationTime ?? configurationItem.configurationItemCaptureTime;
  return { messageType, configurationItem, orderingTimestamp };
};

/**
 * Parses the event of a custom Lambda rule: a change notification, an oversized one or a scheduled one.
 *
 * @throws {InvalidEventError} names the member, what was expected and what it got
 * @see https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_lambda-functions.html
 */
export const parseConfigRuleEvent = (event: unknown): ConfigRuleEvent => {
  const { invokingEvent, ...outer } = parse(OuterEvent, event, { what: 'event', error });
  return { ...outer, ...readInvokingEvent(invokingEvent) };
};
