import { INACTIVE_RULE_PARAMETERS, RULE_PARAMETERS } from '../../rule/evaluation/parameters.ts';
import type { CreateRule } from '../../rule/evaluation/user-rule.ts';
import { inactiveAccessKeyRule } from '../../rule/inactive-access-key/rule.ts';
import { singleAccessKeyRule } from '../../rule/single-access-key/rule.ts';
import type { Settings } from '../settings/settings.ts';

/** A rule as it would be deployed. */
export type DeployedRule = {
  /** The name of the AWS Config rule. */
  readonly Rule: string;
  readonly createRule: CreateRule;
  /** The parameters of the rule, by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The runbook that a click on Remediate starts. */
  readonly Runbook: 'DeactivateAccessKey' | 'DeleteInactiveAccessKey';
};

const pick = (settings: Settings, parameters: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => Object.hasOwn(parameters, name)));

/** Returns the rules of a deployment with these settings. */
export const rulesOf = (settings: Settings): readonly DeployedRule[] => {
  const { configRuleName, inactiveConfigRuleName } = settings;
  return [
    {
      Rule: configRuleName,
      createRule: singleAccessKeyRule,
      parameters: pick(settings, RULE_PARAMETERS),
      Runbook: 'DeactivateAccessKey',
    },
    {
      Rule: inactiveConfigRuleName,
      createRule: inactiveAccessKeyRule,
      parameters: pick(settings, INACTIVE_RULE_PARAMETERS),
      Runbook: 'DeleteInactiveAccessKey',
    },
  ];
};
