import { Duration, Stack, Tokenization } from 'aws-cdk-lib';
import { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { NodeFunction, type NodeFunctionProps } from '../functions/node-function.ts';
import { allowOnUsers, allowWithoutResource, keyReadingActions } from '../functions/permissions.ts';
import { DeadLetterQueue } from '../functions/queues.ts';
import type { Settings } from '../settings/settings.ts';

/** How long an evaluation may take: the most that Lambda allows. */
export const EVALUATION_TIMEOUT = Duration.minutes(15);

/** What the function is, how it is deployed, and whether it has tags to read. */
export type EvaluatorProps = Pick<NodeFunctionProps, 'entry' | 'description'> &
  Pick<Settings, 'triggers' | 'logRetentionInDays' | 'exemptionTagKey'> & {
    readonly deadLetterQueue: DeadLetterQueue;
  };

/** The function that evaluates users for Config; its role can read IAM and report. */
export class Evaluator extends NodeFunction {
  /** Any rule of this account and Region may invoke: a rule has no ARN before Config may invoke its function. */
  readonly permission: CfnPermission;

  constructor(
    scope: Construct,
    id: string,
    { triggers, exemptionTagKey, ...props }: EvaluatorProps,
  ) {
    super(scope, id, { timeout: EVALUATION_TIMEOUT, ...props });
    allowOnUsers(this.role, keyReadingActions(exemptionTagKey));
    allowWithoutResource(this.role, ['iam:ListUsers', 'config:PutEvaluations']);
    if (triggers === 'hybrid') {
      // What a change notification needs: the user that it names, and what Config holds of it.
      allowOnUsers(this.role, ['iam:GetUser']);
      allowWithoutResource(this.role, ['config:GetComplianceDetailsByResource']);
    }
    this.permission = new CfnPermission(this, 'ConfigPermission', {
      action: 'lambda:InvokeFunction',
      functionName: this.function.functionArn,
      principal: 'config.amazonaws.com',
      sourceAccount: Stack.of(this).account,
      sourceArn: Stack.of(this).formatArn({
        service: 'config',
        resource: 'config-rule',
        resourceName: '*',
      }),
    });
  }
}

/** What a rule on IAM users is made of. */
export type UserRuleProps = UserRuleSettings & {
  /** What the Config console says of the rule. */
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly evaluator: Pick<EvaluatorProps, 'entry' | 'description'>;
};

/** The settings of every rule, each as `Settings` describes it. */
export type UserRuleSettings = Pick<
  Settings,
  | 'configRuleName'
  | 'triggers'
  | 'maximumExecutionFrequency'
  | 'logRetentionInDays'
  | 'exemptionTagKey'
>;

const CHANGE_MESSAGES = [
  'ConfigurationItemChangeNotification',
  'OversizedConfigurationItemChangeNotification',
] as const;

const fromConfig = (messageType: string) => ({ eventSource: 'aws.config', messageType });

/** Where the rule's evaluations come from; a rule that only has a schedule must not have a scope. */
const createTriggers = ({
  triggers,
  maximumExecutionFrequency,
}: UserRuleSettings): {
  scope?: CfnConfigRule.ScopeProperty;
  sourceDetails: CfnConfigRule.SourceDetailProperty[];
} => {
  const schedule = {
    ...fromConfig('ScheduledNotification'),
    maximumExecutionFrequency,
  };
  if (triggers === 'schedule') return { sourceDetails: [schedule] };
  return {
    scope: { complianceResourceTypes: ['AWS::IAM::User'] },
    sourceDetails: [...CHANGE_MESSAGES.map(fromConfig), schedule],
  };
};

/** A number may be a token: CloudFormation has the text then. */
const toText = (value: unknown): string =>
  typeof value === 'number' ? Tokenization.stringifyNumber(value) : String(value);

/** Parameters of a rule are texts, and one that is not set must not be there. */
const toInputParameters = (parameters: UserRuleProps['parameters']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, toText(value)]],
    ),
  );

/**
 * An AWS Config rule on IAM users and the function that evaluates them.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_components.html
 */
export class UserRule extends Construct {
  /** The rule in AWS Config. */
  readonly configRule: CfnConfigRule;
  /** The function that evaluates its users. */
  readonly evaluator: Evaluator;
  /** Keeps the events that could not be evaluated, with Lambda's reason. */
  readonly deadLetterQueue: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: UserRuleProps) {
    super(scope, id);
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue');
    const { triggers, logRetentionInDays, exemptionTagKey } = props;
    this.evaluator = new Evaluator(this, 'Evaluator', {
      ...{ ...props.evaluator, triggers, logRetentionInDays, exemptionTagKey },
      deadLetterQueue: this.deadLetterQueue,
    });
    const { scope: ruleScope, sourceDetails } = createTriggers(props);

    this.configRule = new CfnConfigRule(this, 'ConfigRule', {
      configRuleName: props.configRuleName,
      description: props.description,
      inputParameters: toInputParameters(props.parameters),
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
