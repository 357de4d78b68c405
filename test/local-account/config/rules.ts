import * as v from 'valibot';
import type { Work } from '../clock.ts';
import { type Operation, operation, ServiceError } from '../dispatch.ts';
import { cutPage } from '../request.ts';
import type { Deliveries } from './deliveries.ts';

/** Text of so many characters, both bounds included. */
export const text = (minimum: number, maximum: number) =>
  v.pipe(v.string(), v.minLength(minimum), v.maxLength(maximum));

/** Rule names as a request gives them: at most 25, each with something to read in it. */
export const ConfigRuleNames = v.pipe(
  v.array(v.pipe(v.string(), v.maxLength(128), v.regex(/\S/))),
  v.maxLength(25),
);

/** How many items a page may hold; 0 leaves it to the operation. */
export const Limit = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)), 0);

/** Where the next page begins. */
export const NextToken = v.optional(v.string());

/** How AWS Config refuses a token that it did not give out. */
export const invalidNextToken = (token: string) =>
  new ServiceError('InvalidNextTokenException', `unknown NextToken ${JSON.stringify(token)}`);

/** PutConfigRule takes 128 characters, but GetComplianceDetailsByConfigRule finds only up to 64. */
export const ConfigRuleName = v.pipe(text(1, 64), v.regex(/\S/));

/**
 * Reads the resolved CloudFormation properties of a resource of AWS Config.
 *
 * @throws {ServiceError} InvalidParameterValueException with the first member that does not fit
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

/** What a start needs: the rules, the clock, and who does the evaluation behind the caller's back. */
type StartDeps = {
  readonly now: () => Date;
  readonly rules: Rules;
  readonly deliveries: Deliveries;
  readonly work: Work;
};

const refuseTooEarly = (rule: LocalRule, at: Date) => {
  const sinceStart = at.getTime() - (rule.startedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  if (rule.evaluationsUnderWay === 0 && sinceStart >= 60_000) return;
  const name = rule.properties.ConfigRuleName;
  const message = `${name} is being evaluated, or was started less than a minute ago`;
  throw new ServiceError('LimitExceededException', message);
};

/**
 * StartConfigRulesEvaluation: each rule once a minute, and never while an evaluation of it runs.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html
 */
export const startConfigRulesEvaluation = ({ now, rules, deliveries, work }: StartDeps) =>
  operation(
    v.strictObject({ ConfigRuleNames: v.pipe(ConfigRuleNames, v.minLength(1)) }),
    (input) => {
      const at = now();
      const chosen = [...new Set(input.ConfigRuleNames.map(rules.named))];
      for (const rule of chosen) refuseTooEarly(rule, at);
      for (const rule of chosen) {
        rule.startedAt = at;
        work.begin(() => deliveries.evaluate(rule));
      }
      return {};
    },
  );

/** A rule of the account; `evaluationsUnderWay` and `startedAt` tell when it may be started again. */
export type LocalRule = {
  properties: ConfigRuleProperties;
  readonly ConfigRuleId: string;
  readonly ConfigRuleArn: string;
  evaluationsUnderWay: number;
  startedAt?: Date;
};

/** Whether the rule asks for notifications of this type. */
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

/** The rules of one account and Region, by name. */
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
    /** The named ones, or all of them when no name is given. */
    chosen: (names: readonly string[] = []) =>
      names.length === 0 ? [...byName.values()] : names.map(named),
    put: (given: unknown) => {
      const properties = parseConfigRule(given);
      const before = byName.get(properties.ConfigRuleName);
      const ConfigRuleId = `config-rule-${String(byName.size + 1).padStart(6, '0')}`;
      const ConfigRuleArn = `arn:aws:config:${region}:${accountId}:config-rule/${ConfigRuleId}`;
      const created = { properties, ConfigRuleId, ConfigRuleArn, evaluationsUnderWay: 0 };
      const rule = Object.assign(before ?? created, { properties });
      byName.set(properties.ConfigRuleName, rule);
      return rule;
    },
  };
};

export type Rules = ReturnType<typeof createRules>;

/** DescribeConfigRules: the named rules, or pages of all. */
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
