import type { Construct } from 'constructs';
import { allowToReadHistory } from '../functions/permissions.ts';
import { DEFAULT_SETTINGS, type Settings } from '../settings/settings.ts';
import { UserRule, type UserRuleSettings } from './user-rule.ts';

type Parameters = Pick<Settings, 'maxInactiveDays' | 'exemptionTag' | 'refreshDays'>;

/**
 * The settings that make the rule, each as `Settings` describes it; `ruleName` is this rule's.
 * @default - DEFAULT_SETTINGS, for each that is left out; `inactiveRuleName` for the name
 */
export type InactiveAccessKeyRuleProps = Partial<UserRuleSettings & Parameters>;

/** The AWS Config rule that finds IAM users with a key that is inactive for too long, and its function. */
export class InactiveAccessKeyRule extends UserRule {
  constructor(scope: Construct, id: string, props: InactiveAccessKeyRuleProps = {}) {
    const ruleName = DEFAULT_SETTINGS.inactiveRuleName;
    const settings = { ...DEFAULT_SETTINGS, ruleName, ...props };
    const { maxInactiveDays, exemptionTag, refreshDays } = settings;
    super(scope, id, {
      ...settings,
      description: 'NON_COMPLIANT: an IAM user with an access key inactive for maxInactiveDays',
      parameters: { maxInactiveDays, exemptionTag, refreshDays },
      evaluator: {
        entry: 'rule/inactive-access-key/index.ts',
        description: 'Evaluates the inactive access keys of IAM users for AWS Config',
      },
    });
    allowToReadHistory(this.evaluator.role);
  }
}
