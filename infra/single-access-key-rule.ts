import { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { Evaluator } from './evaluator.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';

/**
 * The settings that make the rule, each as `Settings` describes it.
 * @default - DEFAULT_SETTINGS, for each that is left out
 */
export type SingleAccessKeyRuleProps = Partial<RuleSettings>;

type RuleSettings = Pick<
  Settings,
  | 'ruleName'
  | 'triggers'
  | 'frequency'
  | 'logRetentionDays'
  | 'maxActiveAccessKeys'
  | 'rotationGraceDays'
  | 'exemptionTag'
  | 'minimumIdleDays'
  | 'refreshDays'
>;

const CHANGE_MESSAGES = [
  'ConfigurationItemChangeNotification',
  'OversizedConfigurationItemChangeNotification',
] as const;

const fromConfig = (messageType: string) => ({ eventSource: 'aws.config', messageType });

/** Where the rule's evaluations come from; a rule that only has a schedule must not have a scope. */
const createTriggers = ({
  triggers,
  frequency,
}: RuleSettings): {
  scope?: CfnConfigRule.ScopeProperty;
  sourceDetails: CfnConfigRule.SourceDetailProperty[];
} => {
  const schedule = {
    ...fromConfig('ScheduledNotification'),
    maximumExecutionFrequency: frequency,
  };
  if (triggers === 'schedule') return { sourceDetails: [schedule] };
  return {
    scope: { complianceResourceTypes: ['AWS::IAM::User'] },
    sourceDetails: [...CHANGE_MESSAGES.map(fromConfig), schedule],
  };
};

/** Parameters of a rule are texts, and one that is not set must not be there. */
const toInputParameters = (settings: RuleSettings): Record<string, string> => ({
  maxActiveAccessKeys: String(settings.maxActiveAccessKeys),
  rotationGraceDays: String(settings.rotationGraceDays),
  ...(settings.exemptionTag !== undefined && { exemptionTag: settings.exemptionTag }),
  minimumIdleDays: String(settings.minimumIdleDays),
  refreshDays: String(settings.refreshDays),
});

/**
 * The AWS Config rule that finds IAM users with more active access keys than allowed, and its function.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_components.html
 */
export class SingleAccessKeyRule extends Construct {
  readonly configRule: CfnConfigRule;
  readonly evaluator: Evaluator;
  /** Keeps the events that could not be evaluated, with Lambda's reason. */
  readonly deadLetterQueue: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: SingleAccessKeyRuleProps = {}) {
    super(scope, id);
    const settings = { ...DEFAULT_SETTINGS, ...props };
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue');
    const { triggers, logRetentionDays, exemptionTag } = settings;
    this.evaluator = new Evaluator(this, 'Evaluator', {
      ...{ triggers, logRetentionDays, exemptionTag },
      deadLetterQueue: this.deadLetterQueue,
    });
    const { scope: ruleScope, sourceDetails } = createTriggers(settings);

    this.configRule = new CfnConfigRule(this, 'ConfigRule', {
      configRuleName: settings.ruleName,
      description:
        'NON_COMPLIANT: an IAM user with more active access keys than maxActiveAccessKeys',
      inputParameters: toInputParameters(settings),
      scope: ruleScope,
      source: {
        owner: 'CUSTOM_LAMBDA',
        sourceIdentifier: this.evaluator.function.functionArn,
        sourceDetails,
      },
    });
    // Config refuses a rule whose function it cannot invoke; the permission waits for the function and its role.
    this.configRule.addResourceDependency(this.evaluator.permission);
    this.allowToReadResults();
  }

  /**
   * A policy of its own, since the rule needs the function and this needs the rule: an evaluation that Config starts
   * before it is there fails, and succeeds a minute later when Lambda tries again.
   */
  private allowToReadResults(): void {
    const actions = ['config:GetComplianceDetailsByConfigRule'];
    const statement = new PolicyStatement({ actions, resources: [this.configRule.attrArn] });
    new Policy(this, 'ReadResults', { roles: [this.evaluator.role], statements: [statement] });
  }
}
