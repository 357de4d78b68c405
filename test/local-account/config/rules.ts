import * as v from 'valibot';
import { type Operation, operation, ServiceError } from '../dispatch.ts';
import { cutPage, wholeNumber } from '../request.ts';

/** Schema of a text with bounds on its length, both inclusive. */
export const text = (minimum: number, maximum: number) =>
  v.pipe(v.string(), v.minLength(minimum), v.maxLength(maximum));

/** Schema of at most 25 rule names in a request. */
export const ConfigRuleNames = v.pipe(
  v.array(v.pipe(v.string(), v.maxLength(128), v.regex(/\S/))),
  v.maxLength(25),
);

/** Schema of the page size; 0 means the default of the operation. */
export const Limit = v.optional(wholeNumber(0, 100), 0);

/** Schema of the token of a page. */
export const NextToken = v.optional(v.string());

/** Returns the error for an unknown token. */
export const invalidNextToken = (token: string) =>
  new ServiceError('InvalidNextTokenException', `unknown NextToken ${JSON.stringify(token)}`);

/** Schema of a rule name. PutConfigRule accepts 128 characters, GetComplianceDetailsByConfigRule only 64. */
export const ConfigRuleName = v.pipe(text(1, 64), v.regex(/\S/));

/**
 * Reads the resolved CloudFormation properties of a resource of AWS Config.
 *
 * @throws {ServiceError} InvalidParameterValueException with the first wrong member
 */
export const parseProperties = <Schema extends v.GenericSchema>(
  type: string,
  schema: Schema,
  properties: unknown,
): v.InferOutput<Schema> => {
  const parsed = v.safeParse(schema, properties);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue) ?? 'properties';
  throw new ServiceError('InvalidParameterValueException', `${type}: ${where}: ${issue.message}`);
};

/** Hours between two scheduled notifications. */
const HOURS = {
  One_Hour: 1,
  Three_Hours: 3,
  Six_Hours: 6,
  Twelve_Hours: 12,
  TwentyFour_Hours: 24,
} as const;

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

/** The properties of a rule, the same in CloudFormation and in the API. */
type ConfigRuleProperties = v.InferOutput<typeof ConfigRule>;

/**
 * Reads the resolved properties of an AWS::Config::ConfigRule with a custom Lambda function.
 *
 * @throws {ServiceError} InvalidParameterValueException with the first wrong member
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html
 */
export const parseConfigRule = (properties: unknown): ConfigRuleProperties =>
  parseProperties('AWS::Config::ConfigRule', ConfigRule, properties);

/** Returns the milliseconds between two scheduled notifications of a rule; `undefined` if it has no schedule. */
export const periodOf = ({ properties }: LocalRule): number | undefined => {
  const schedule = properties.Source.SourceDetails.find(
    ({ MessageType }) => MessageType === 'ScheduledNotification',
  );
  return schedule && HOURS[schedule.MaximumExecutionFrequency ?? 'TwentyFour_Hours'] * 3_600_000;
};

/** The invocations of a rule, as DescribeConfigRuleEvaluationStatus shows them. */
type RuleInvocations = {
  FirstEvaluationStarted: boolean;
  LastSuccessfulInvocationTime?: Date;
  LastFailedInvocationTime?: Date;
  LastErrorCode?: string;
  LastErrorMessage?: string;
};

/** A rule; `evaluationsUnderWay` and `startedAt` decide whether an evaluation can start. */
export type LocalRule = {
  properties: ConfigRuleProperties;
  readonly ConfigRuleId: string;
  readonly ConfigRuleArn: string;
  readonly invocations: RuleInvocations;
  evaluationsUnderWay: number;
  startedAt?: Date;
};

/** Whether notifications of this type trigger the rule. */
export const isTriggeredBy = (
  { properties }: LocalRule,
  MessageType: ConfigRuleProperties['Source']['SourceDetails'][number]['MessageType'],
) => properties.Source.SourceDetails.some((detail) => detail.MessageType === MessageType);

const describe = (rule: LocalRule) => ({
  ...rule.properties,
  ConfigRuleArn: rule.ConfigRuleArn,
  ConfigRuleId: rule.ConfigRuleId,
  ConfigRuleState: rule.evaluationsUnderWay > 0 ? 'EVALUATING' : 'ACTIVE',
  EvaluationModes: [{ Mode: 'DETECTIVE' }],
});

/** Creates the rules of one account and Region. */
export const createRules = ({ accountId, region }: { accountId: string; region: string }) => {
  const byName = new Map<string, LocalRule>();

  const named = (ConfigRuleName: string) => {
    const rule = byName.get(ConfigRuleName);
    if (rule !== undefined) return rule;
    const message = `The ConfigRule ${JSON.stringify(ConfigRuleName)} does not exist.`;
    throw new ServiceError('NoSuchConfigRuleException', message);
  };

  return {
    named,
    all: () => [...byName.values()],
    areEvaluated: () => [...byName.values()].some((rule) => rule.evaluationsUnderWay > 0),
    /** Returns the named rules, or all rules without names. */
    chosen: (names: readonly string[] = []) =>
      names.length === 0 ? [...byName.values()] : names.map(named),
    put: (given: unknown) => {
      const properties = parseConfigRule(given);
      const before = byName.get(properties.ConfigRuleName);
      const ConfigRuleId = `config-rule-${String(byName.size + 1).padStart(6, '0')}`;
      const ConfigRuleArn = `arn:aws:config:${region}:${accountId}:config-rule/${ConfigRuleId}`;
      const created: LocalRule = {
        ...{ properties, ConfigRuleId, ConfigRuleArn, evaluationsUnderWay: 0 },
        invocations: { FirstEvaluationStarted: false },
      };
      const rule = Object.assign(before ?? created, { properties });
      byName.set(properties.ConfigRuleName, rule);
      return rule;
    },
  };
};

export type Rules = ReturnType<typeof createRules>;

/** DescribeConfigRules: returns the named rules, or all rules in pages. */
export const describeConfigRules = (rules: Rules, pageSize: number): Operation =>
  operation(
    v.strictObject({
      ConfigRuleNames: v.optional(ConfigRuleNames),
      NextToken,
    }),
    (input) => {
      const page = cutPage({
        list: 'DescribeConfigRules',
        items: rules.chosen(input.ConfigRuleNames),
        keyOf: (rule) => rule.properties.ConfigRuleName,
        size: Math.min(25, pageSize),
        marker: input.NextToken,
        refuse: invalidNextToken,
      });
      return { ConfigRules: page.items.map(describe), NextToken: page.next };
    },
  );
