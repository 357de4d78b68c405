import { Duration, Stack } from 'aws-cdk-lib';
import { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { NodeFunction } from './node-function.ts';
import { allowOnUsers, allowWithoutResource } from './permissions.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';

/**
 * The settings that make the rule, each as `Settings` describes it.
 * @default - DEFAULT_SETTINGS, for each that is left out
 */
export type SingleAccessKeyRuleProps = Partial<RuleSettings>;

type RuleSettings = Omit<Settings, 'automaticRemediation'>;

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

/**
 * The AWS Config rule that finds IAM users with more active access keys than allowed, and its function.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_components.html
 */
export class SingleAccessKeyRule extends Construct {
  readonly configRule: CfnConfigRule;
  /** Keeps the events that could not be evaluated, with Lambda's reason, for 14 days. */
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: SingleAccessKeyRuleProps = {}) {
    super(scope, id);
    const settings = { ...DEFAULT_SETTINGS, ...props };
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const evaluator = this.createFunction(settings);
    const permission = this.allowConfigToInvoke(evaluator);
    const { scope: ruleScope, sourceDetails } = createTriggers(settings);

    this.configRule = new CfnConfigRule(this, 'ConfigRule', {
      configRuleName: settings.ruleName,
      description:
        'NON_COMPLIANT: an IAM user with more active access keys than maxActiveAccessKeys',
      inputParameters: {
        maxActiveAccessKeys: String(settings.maxActiveAccessKeys),
        minimumIdleDays: String(settings.minimumIdleDays),
      },
      scope: ruleScope,
      source: {
        owner: 'CUSTOM_LAMBDA',
        sourceIdentifier: evaluator.function.functionArn,
        sourceDetails,
      },
    });
    // Config refuses a rule whose function it cannot invoke; the permission waits for the function and its role.
    this.configRule.addResourceDependency(permission);
  }

  private createFunction({ logRetentionDays }: RuleSettings): NodeFunction {
    const evaluator = new NodeFunction(this, 'Evaluator', {
      entry: 'rule/index.ts',
      description: 'Evaluates the access keys of IAM users for AWS Config',
      timeout: Duration.minutes(15),
      logRetentionDays,
      deadLetterQueue: this.deadLetterQueue,
    });
    allowOnUsers(evaluator.role, ['iam:GetUser', 'iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed']);
    allowWithoutResource(evaluator.role, ['iam:ListUsers', 'config:PutEvaluations']);
    return evaluator;
  }

  /** Any rule of this account and Region: this very one has no ARN before Config may invoke the function. */
  private allowConfigToInvoke(evaluator: NodeFunction): CfnPermission {
    const { account } = Stack.of(this);
    return new CfnPermission(this, 'ConfigPermission', {
      action: 'lambda:InvokeFunction',
      functionName: evaluator.function.functionArn,
      principal: 'config.amazonaws.com',
      sourceAccount: account,
      sourceArn: Stack.of(this).formatArn({
        service: 'config',
        resource: 'config-rule',
        resourceName: '*',
      }),
    });
  }
}
