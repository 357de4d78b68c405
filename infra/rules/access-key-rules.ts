import type { Construct } from 'constructs';
import {
  INACTIVE_RULE_PARAMETERS,
  type InactiveRuleParameters,
  RULE_PARAMETERS,
  type RuleParameters,
} from '../../rule/evaluation/parameters.ts';
import { allowOnUsers, allowToReadHistory } from '../functions/permissions.ts';
import type { SettingProps } from '../settings/props.ts';
import { DEFAULT_SETTINGS } from '../settings/read-settings.ts';
import { UserRule, type UserRuleSettings } from './user-rule.ts';

/** The settings of `iam-user-single-access-key`. */
export type SingleAccessKeyRuleProps = UserRuleSettings &
  Pick<SettingProps, 'configRuleName' | keyof RuleParameters>;

/** The AWS Config rule that finds IAM users with too many access keys, and its function. */
export class SingleAccessKeyRule extends UserRule {
  constructor(scope: Construct, id: string, props: SingleAccessKeyRuleProps = {}) {
    super(scope, id, {
      ...props,
      description:
        'NON_COMPLIANT: an IAM user with more active access keys than maxActiveAccessKeys',
      parameters: RULE_PARAMETERS,
      evaluator: {
        entry: 'rule/single-access-key/index.ts',
        description: 'Evaluates the access keys of IAM users for AWS Config',
      },
    });
    allowOnUsers(this.evaluator.role, ['iam:ListAttachedUserPolicies']);
  }
}

/** The settings of `iam-user-inactive-access-key`. */
export type InactiveAccessKeyRuleProps = UserRuleSettings &
  Pick<SettingProps, 'inactiveConfigRuleName' | keyof InactiveRuleParameters>;

/** The AWS Config rule that finds IAM users with a key that has been inactive for too long, and its function. */
export class InactiveAccessKeyRule extends UserRule {
  constructor(scope: Construct, id: string, props: InactiveAccessKeyRuleProps = {}) {
    super(scope, id, {
      ...props,
      configRuleName: props.inactiveConfigRuleName ?? DEFAULT_SETTINGS.inactiveConfigRuleName,
      description:
        'NON_COMPLIANT: an IAM user with an access key that has been inactive for maxInactiveDays',
      parameters: INACTIVE_RULE_PARAMETERS,
      evaluator: {
        entry: 'rule/inactive-access-key/index.ts',
        description: 'Evaluates the inactive access keys of IAM users for AWS Config',
      },
    });
    allowToReadHistory(this.evaluator.role);
  }
}
