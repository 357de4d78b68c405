import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { type Operation, operation } from '../dispatch.ts';
import { cutPage } from '../page.ts';
import { ConfigRuleNames, invalidNextToken, NextToken } from './members.ts';
import { type ConfigRuleProperties, parseConfigRule } from './rule-properties.ts';

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
