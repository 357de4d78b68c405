import * as v from 'valibot';
import { text } from './members.ts';
import { ConfigRuleName, parseProperties } from './properties.ts';

const SourceDetail = v.pipe(
  v.strictObject({
    EventSource: v.literal('aws.config'),
    MessageType: v.picklist([
      'ConfigurationItemChangeNotification',
      'OversizedConfigurationItemChangeNotification',
      'ScheduledNotification',
    ]),
    MaximumExecutionFrequency: v.optional(
      v.picklist(['One_Hour', 'Three_Hours', 'Six_Hours', 'Twelve_Hours', 'TwentyFour_Hours']),
    ),
  }),
  v.check(
    (detail) =>
      detail.MaximumExecutionFrequency === undefined ||
      detail.MessageType === 'ScheduledNotification',
    'MaximumExecutionFrequency is expected with ScheduledNotification only',
  ),
);

const JsonObject = v.pipe(v.string(), v.startsWith('{'), v.parseJson());

const ConfigRule = v.pipe(
  v.strictObject({
    ConfigRuleName,
    Description: v.optional(text(0, 256)),
    InputParameters: v.optional(
      v.pipe(
        v.union([v.string(), v.record(v.string(), v.unknown())]),
        v.transform((given) => (typeof given === 'string' ? given : JSON.stringify(given))),
        v.maxLength(1024),
        v.check((json) => v.is(JsonObject, json), 'expected a JSON object'),
      ),
    ),
    Scope: v.optional(
      v.strictObject({
        ComplianceResourceTypes: v.pipe(v.array(text(1, 256)), v.minLength(1), v.maxLength(100)),
      }),
    ),
    Source: v.strictObject({
      Owner: v.literal('CUSTOM_LAMBDA'),
      SourceIdentifier: v.pipe(text(1, 256), v.regex(/^arn:[\w-]+:lambda:/)),
      SourceDetails: v.pipe(v.array(SourceDetail), v.minLength(1), v.maxLength(25)),
    }),
  }),
  v.check(
    ({ Scope, Source }) =>
      Scope === undefined ||
      Source.SourceDetails.some(({ MessageType }) => MessageType !== 'ScheduledNotification'),
    'Scope is expected with a change notification only, got a rule with nothing but a schedule',
  ),
);

/** A rule's own properties, as CloudFormation has them and as AWS Config takes them. */
export type ConfigRuleProperties = v.InferOutput<typeof ConfigRule>;

/**
 * Reads the resolved properties of an AWS::Config::ConfigRule of this account's kind: a custom Lambda rule.
 *
 * @throws {ServiceError} InvalidParameterValueException with the first member that does not fit
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html
 */
export const parseConfigRule = (properties: unknown): ConfigRuleProperties =>
  parseProperties('AWS::Config::ConfigRule', ConfigRule, properties);
