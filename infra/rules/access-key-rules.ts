import type { Construct } from 'constructs';
import { allowToReadHistory } from '../functions/permissions.ts';
import { DEFAULT_SETTINGS, type Settings } from '../settings/settings.ts';
import { UserRule, type UserRuleSettings } from './user-rule.ts';

type SingleAccessKeyParameters = Pick<
  Settings,
  | 'maxActiveAccessKeys'
  | 'countInactiveAccessKeys'
  | 'rotationGraceDays'
  | 'exemptionTagKey'
  | 'minimumIdleDays'
  | 'refreshDays'
>;

/**
 * The settings that make the rule, each as `Settings` describes it.
 * @default - DEFAULT_SETTINGS, for each that is left out
 */
export type SingleAccessKeyRuleProps = Partial<UserRuleSettings & SingleAccessKeyParameters>;

const parametersOf = ({
  maxActiveAccessKeys,
  countInactiveAccessKeys,
  rotationGraceDays,
  exemptionTagKey,
  minimumIdleDays,
  refreshDays,
}: SingleAccessKeyParameters): SingleAccessKeyParameters => ({
  maxActiveAccessKeys,
  countInactiveAccessKeys,
  rotationGraceDays,
  exemptionTagKey,
  minimumIdleDays,
  refreshDays,
});

/** The AWS Config rule that finds IAM users with more access keys than allowed, and its function. */
export class SingleAccessKeyRule extends UserRule {
  constructor(scope: Construct, id: string, props: SingleAccessKeyRuleProps = {}) {
    const settings = { ...DEFAULT_SETTINGS, ...props };
    super(scope, id, {
      ...settings,
      description:
        'NON_COMPLIANT: an IAM user with more active access keys than maxActiveAccessKeys',
      parameters: parametersOf(settings),
      evaluator: {
        entry: 'rule/single-access-key/index.ts',
        description: 'Evaluates the access keys of IAM users for AWS Config',
      },
    });
  }
}

type InactiveAccessKeyParameters = Pick<
  Settings,
  'maxInactiveDays' | 'exemptionTagKey' | 'refreshDays'
>;

/**
 * The settings that make the rule, each as `Settings` describes it; `configRuleName` is this rule's.
 * @default - DEFAULT_SETTINGS, for each that is left out; `inactiveConfigRuleName` for the name
 */
export type InactiveAccessKeyRuleProps = Partial<UserRuleSettings & InactiveAccessKeyParameters>;

/** The AWS Config rule that finds IAM users with a key that is inactive for too long, and its function. */
export class InactiveAccessKeyRule extends UserRule {
  constructor(scope: Construct, id: string, props: InactiveAccessKeyRuleProps = {}) {
    const configRuleName = DEFAULT_SETTINGS.inactiveConfigRuleName;
    const settings = { ...DEFAULT_SETTINGS, configRuleName, ...props };
    const { maxInactiveDays, exemptionTagKey, refreshDays } = settings;
    super(scope, id, {
      ...settings,
      description: 'NON_COMPLIANT: an IAM user with an access key inactive for maxInactiveDays',
      parameters: { maxInactiveDays, exemptionTagKey, refreshDays },
      evaluator: {
        entry: 'rule/inactive-access-key/index.ts',
        description: 'Evaluates the inactive access keys of IAM users for AWS Config',
      },
    });
    allowToReadHistory(this.evaluator.role);
  }
}
