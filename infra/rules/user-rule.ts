import { Duration, Stack, Tokenization } from 'aws-cdk-lib';
import { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { NodeFunction, type NodeFunctionProps } from '../functions/node-function.ts';
import { allowOnUsers, allowWithoutResource, keyReadingActions } from '../functions/permissions.ts';
import { deadLetterQueueOf } from '../functions/queues.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';
import type { Settings } from '../settings/settings.ts';

/** The timeout of an evaluation: the maximum of Lambda. */
export const EVALUATION_TIMEOUT = Duration.minutes(15);

/** The entry, the deployment and the settings of an evaluating function. */
type EvaluatorProps = Pick<NodeFunctionProps, 'entry' | 'description'> &
  Pick<
    Settings,
    'triggers' | 'logRetentionInDays' | 'exemptionTagKey' | 'reservedConcurrentExecutions'
  >;

/** The function that evaluates users for AWS Config. Its role reads IAM and reports results. */
class Evaluator extends NodeFunction {
  /**
   * Lets every rule of this account and Region invoke the function. The ARN of the rule is not known yet: Config creates a
   * rule only if it may invoke its function.
   */
  readonly permission: CfnPermission;

  constructor(
    scope: Construct,
    id: string,
    { triggers, exemptionTagKey, ...props }: EvaluatorProps,
  ) {
    const deadLetterQueue = deadLetterQueueOf(scope);
    super(scope, id, { timeout: EVALUATION_TIMEOUT, deadLetterQueue, ...props });
    allowOnUsers(this.role, keyReadingActions(exemptionTagKey));
    allowWithoutResource(this.role, ['iam:ListUsers', 'config:PutEvaluations']);
    if (triggers === 'hybrid') {
      // A change notification needs the user that it names and the results that Config has recorded for it.
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

/** The settings of both rules, in addition to their names and parameters. */
export type UserRuleSettings = Pick<
  SettingProps,
  'triggers' | 'maximumExecutionFrequency' | 'logRetentionInDays' | 'reservedConcurrentExecutions'
>;

/** The settings of a rule on IAM users, its parameters and its function. */
type UserRuleProps = SettingProps & {
  /** The description that the Config console shows. */
  readonly description: string;
  /** The settings that the rule gets as parameters, by name. */
  readonly parameters: Readonly<Partial<Record<keyof Settings, unknown>>>;
  readonly evaluator: Pick<EvaluatorProps, 'entry' | 'description'>;
};

const CHANGE_MESSAGES = [
  'ConfigurationItemChangeNotification',
  'OversizedConfigurationItemChangeNotification',
] as const;

const fromConfig = (messageType: string) => ({ eventSource: 'aws.config', messageType });

/** Returns what starts evaluations. A rule that has only a schedule must not have a scope. */
const createTriggers = ({
  triggers,
  maximumExecutionFrequency,
}: Settings): {
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

/** Converts a value to a text. A number may be a CDK token, which becomes a reference. */
const toText = (value: unknown): string =>
  typeof value === 'number' ? Tokenization.stringifyNumber(value) : String(value);

/** Returns the parameters of a rule as texts, without those that have no value. */
const toInputParameters = (
  parameters: UserRuleProps['parameters'],
  settings: Settings,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings)
      .filter(([name, value]) => Object.hasOwn(parameters, name) && value !== undefined)
      .map(([name, value]) => [name, toText(value)]),
  );

/**
 * An AWS Config rule on IAM users and the function that evaluates them. Events whose evaluation failed go to the
 * dead-letter queue, with the error that Lambda adds.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_components.html
 */
export class UserRule extends Construct {
  /** The rule in AWS Config. */
  readonly configRule: CfnConfigRule;
  /** The function that evaluates the users. */
  readonly evaluator: Evaluator;

  constructor(scope: Construct, id: string, props: UserRuleProps) {
    super(scope, id);
    const settings = completeSettings(props);
    const { triggers, logRetentionInDays, exemptionTagKey, reservedConcurrentExecutions } =
      settings;
    this.evaluator = new Evaluator(this, 'Evaluator', {
      ...props.evaluator,
      triggers,
      logRetentionInDays,
      exemptionTagKey,
      reservedConcurrentExecutions,
    });
    const { scope: ruleScope, sourceDetails } = createTriggers(settings);

    this.configRule = new CfnConfigRule(this, 'ConfigRule', {
      configRuleName: settings.configRuleName,
      description: props.description,
      inputParameters: toInputParameters(props.parameters, settings),
      scope: ruleScope,
      source: {
        owner: 'CUSTOM_LAMBDA',
        sourceIdentifier: this.evaluator.function.functionArn,
        sourceDetails,
      },
    });
    // Config refuses a rule whose function it cannot invoke.
    this.configRule.addResourceDependency(this.evaluator.permission);
    this.allowToReadResults();
  }

  /**
   * Allows the function to read the rule's results, in a policy that is created after the rule. An evaluation that Config
   * starts earlier fails, and succeeds a minute later when Lambda retries it.
   */
  private allowToReadResults(): void {
    const actions = ['config:GetComplianceDetailsByConfigRule'];
    const statement = new PolicyStatement({ actions, resources: [this.configRule.attrArn] });
    new Policy(this, 'ReadResults', { roles: [this.evaluator.role], statements: [statement] });
  }
}
