import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { NodeFunction } from '../functions/node-function.ts';
import { allowOnUsers, allowToPlan } from '../functions/permissions.ts';
import { EventQueue } from '../functions/queues.ts';
import type { UserRule } from '../rules/user-rule.ts';
import { HOURS, type Settings } from '../settings/settings.ts';

/** The timeout, enough for the event history and for 100 plans, each of which may read the use of a key. */
const TIMEOUT = Duration.minutes(15);

/** The rules whose violations are announced. */
type Rules = { readonly rule: UserRule; readonly inactiveRule: UserRule };

type MessagesProps = Rules &
  Pick<
    Settings,
    | 'maximumExecutionFrequency'
    | 'automaticRemediation'
    | 'automaticDeletion'
    | 'exemptionTagKey'
    | 'ownerTagKey'
    | 'logRetentionInDays'
  > & { readonly notificationTopicArn: string };

/** The function that publishes messages. It reads users like a plan does, and has no write permission in IAM. */
class MessageFunction extends NodeFunction {
  constructor(scope: Construct, id: string, props: MessagesProps) {
    const { rule, inactiveRule, notificationTopicArn, ownerTagKey, exemptionTagKey } = props;
    super(scope, id, {
      entry: 'remediation/messages/index.ts',
      description: 'Publishes messages about violations and about changes of access keys',
      timeout: TIMEOUT,
      logRetentionInDays: props.logRetentionInDays,
      environment: {
        NOTIFICATION_TOPIC_ARN: notificationTopicArn,
        CONFIG_RULE_NAME: rule.configRule.ref,
        INACTIVE_CONFIG_RULE_NAME: inactiveRule.configRule.ref,
        AUTOMATIC_REMEDIATION: String(props.automaticRemediation),
        AUTOMATIC_DELETION: String(props.automaticDeletion),
        PERIOD_HOURS: String(HOURS[props.maximumExecutionFrequency]),
        ...(ownerTagKey !== undefined && { OWNER_TAG_KEY: ownerTagKey }),
      },
    });
    allowToPlan(this.role, exemptionTagKey ?? ownerTagKey);
    allowOnUsers(this.role, ['iam:GetUser', 'iam:ListAttachedUserPolicies']);
    this.allow('sns:Publish', notificationTopicArn);
    // A message says who started and who approved an execution.
    this.allow(
      'ssm:GetAutomationExecution',
      Stack.of(this).formatArn({
        service: 'ssm',
        resource: 'automation-execution',
        resourceName: '*',
      }),
    );
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:automation-execution/*]',
      reason: 'The id of an execution does not exist before it starts.',
    });
  }

  private allow(action: string, resource: string): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: [action], resources: [resource] }),
    );
  }
}

/** The time in which messages are collected, because a first sweep can cause hundreds. */
const BATCHING_WINDOW = Duration.seconds(1);

/**
 * Publishes messages about users that turn NON_COMPLIANT, and about the changes that runbooks make.
 *
 * EventBridge and the runbooks send to one queue, so that a topic that fails delays neither a result nor a change. What
 * cannot be published goes to the dead-letter queue.
 */
export class Messages extends Construct {
  /** The queue to which runbooks send. */
  readonly queue: EventQueue;
  /** Publishes the messages. */
  readonly publisher: NodeFunction;

  constructor(scope: Construct, id: string, props: MessagesProps) {
    super(scope, id);
    this.publisher = new MessageFunction(this, 'Publisher', props);
    const configRuleName = [props.rule, props.inactiveRule].map(({ configRule }) => configRule.ref);
    this.queue = new EventQueue(this, 'Queue', {
      description: 'IAM users that turn NON_COMPLIANT with the rules on access keys',
      eventPattern: {
        source: ['aws.config'],
        detailType: ['Config Rules Compliance Change'],
        detail: {
          messageType: ['ComplianceChangeNotification'],
          configRuleName,
          resourceType: ['AWS::IAM::User'],
          newEvaluationResult: { complianceType: ['NON_COMPLIANT'] },
        },
      },
      target: this.publisher,
      // A batch reads the event history once.
      batchSize: 100,
      batchingWindow: BATCHING_WINDOW,
      // A failed message becomes visible again after its invocation has ended.
      visibilityTimeout: Duration.seconds(BATCHING_WINDOW.toSeconds() + TIMEOUT.toSeconds()),
      maxReceiveCount: 3,
    });
  }
}

/** Creates the messages if the settings name a topic for them. */
export const createMessages = (
  scope: Construct,
  { notificationTopicArn, ...props }: Settings & Rules,
): Messages | undefined =>
  notificationTopicArn === undefined
    ? undefined
    : new Messages(scope, 'Messages', { ...props, notificationTopicArn });
