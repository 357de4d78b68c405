import { Aws, CfnRule, Duration, Fn, Stack, Token } from 'aws-cdk-lib';
import type { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { IAM_REGIONS } from '../../rule/aws/regions.ts';
import { KEY_EVENT_NAMES } from '../../rule/key-events/event.ts';
import { MAXIMUM_USERS_OF_HYBRID_RULE } from '../../rule/key-events/settings.ts';
import { NodeFunction } from '../functions/node-function.ts';
import { allowToPoll, allowWithoutResource } from '../functions/permissions.ts';
import { DeadLetterQueue, letSend, targetOf } from '../functions/queues.ts';
import { measureOf } from '../monitoring/measure.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';

/** Something that needs the events of IAM is deployed where they do not arrive. */
export class WrongRegionError extends Error {
  override readonly name = 'WrongRegionError';
}

const needOfKeyEvents = (regions: string): string =>
  `key events need the Region of IAM, ${regions}: deploy there, or without them (setting keyEvents=false, parameter KeyEvents=false)`;

/**
 * Lets a construct be deployed only where the events of IAM calls arrive.
 *
 * Where the Region is not known at synthesis, CloudFormation refuses the stack before it makes anything.
 *
 * @param need  says what needs the Region, by the names of these Regions; ends in what to do
 * @throws {WrongRegionError} when the stack has another Region
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export const requireIamRegion = (
  scope: Construct,
  need: (regions: string) => string = needOfKeyEvents,
): void => {
  const regions = Object.values(IAM_REGIONS);
  const { region } = Stack.of(scope);
  const expected = need(regions.join(' or '));
  if (Token.isUnresolved(region)) {
    new CfnRule(scope, 'IamRegion', {
      assertions: [
        { assert: Fn.conditionContains(regions, Aws.REGION), assertDescription: expected },
      ],
    });
  } else if (!regions.includes(region))
    throw new WrongRegionError(`${scope.node.path}: ${expected}; got ${region}`);
};

/** Rules whose names, of 64 characters at most, fit the 1,024 of one dimension of a metric; one start would take 25. */
const MAXIMUM_RULES = 15;

/** How long the function may take for a batch: two or three calls. */
export const TIMEOUT = Duration.seconds(15);

/** What is started, and how the function that does it is deployed. */
export type KeyEventFunctionProps = Pick<SettingProps, 'triggers' | 'logRetentionInDays'> & {
  /** The rules to evaluate again, 15 at most. */
  readonly configRules: readonly CfnConfigRule[];
};

/** The function that makes one start of an evaluation of many key events. */
export class KeyEventFunction extends NodeFunction {
  /** It may start no evaluation, because the account has too many users. */
  readonly mayHoldBack: boolean;
  /** The metrics that it writes. */
  readonly measure: ReturnType<typeof measureOf>;

  constructor(scope: Construct, id: string, props: KeyEventFunctionProps) {
    const { configRules } = props;
    const { triggers, logRetentionInDays } = completeSettings(props);
    const isHybrid = triggers === 'hybrid';
    if (configRules.length === 0 || configRules.length > MAXIMUM_RULES)
      throw new Error(`${id}: expected 1 to ${MAXIMUM_RULES} rules, got ${configRules.length}`);
    super(scope, id, {
      entry: 'rule/key-events/index.ts',
      description: 'Starts an evaluation of the rules after changes of access keys',
      timeout: TIMEOUT,
      logRetentionInDays,
      environment: {
        CONFIG_RULE_NAMES: configRules.map(({ ref }) => ref).join(),
        ...(isHybrid && { MAXIMUM_USERS: String(MAXIMUM_USERS_OF_HYBRID_RULE) }),
      },
    });
    this.mayHoldBack = isHybrid;
    this.measure = measureOf(configRules);
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['config:StartConfigRulesEvaluation'],
        resources: configRules.map(({ attrArn }) => attrArn),
      }),
    );
    if (isHybrid) allowWithoutResource(this.role, ['iam:GetAccountSummary']);
  }
}

/** How long key events gather before they start one evaluation, unless a batch is full before. */
const BATCHING_WINDOW = Duration.seconds(60);

/** Messages of a batch; at some 3 KB each they fit the 6 MB of an invocation. */
const BATCH_SIZE = 1_000;

/**
 * After this a message that was not served comes again: 90 s after the window, as Config starts an evaluation
 * once a minute. Lambda asks for the window and six times the function's timeout, which is the same.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const VISIBILITY_TIMEOUT = Duration.seconds(BATCHING_WINDOW.toSeconds() + 6 * TIMEOUT.toSeconds());

/** Times that a message comes before it is a dead letter: 50 minutes, where an evaluation takes 15 at most. */
const MAXIMUM_RECEIVES = 20;

/** Invocations at a time: the fewest that Lambda offers for a queue. */
const MAXIMUM_CONCURRENCY = 2;

/**
 * Has rules evaluated again within minutes of a change of a key or a user.
 *
 * CloudTrail → EventBridge → queue → function → StartConfigRulesEvaluation; needs a trail that logs management
 * events. What cannot be delivered or served ends in the dead-letter queue.
 *
 * @throws {WrongRegionError} outside the Region of IAM, where its events do not arrive
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export class KeyEventTrigger extends Construct {
  /** Keeps the events that could not be served. */
  readonly deadLetterQueue: DeadLetterQueue;
  /** Where events gather for a minute. */
  readonly queue: Queue;
  /** Starts one evaluation for all that gathered. */
  readonly starter: KeyEventFunction;

  constructor(scope: Construct, id: string, props: KeyEventFunctionProps) {
    super(scope, id);
    requireIamRegion(this);
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: VISIBILITY_TIMEOUT,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAXIMUM_RECEIVES },
    });
    this.starter = new KeyEventFunction(this, 'Starter', props);
    this.deliver();
    this.readQueue();
  }

  /** Key events that succeeded go to the queue, and to its dead letters when they cannot be delivered for a day. */
  private deliver(): void {
    const rule = new Rule(this, 'Rule', {
      description: 'Calls after which an IAM user may have another number of active access keys',
      eventPattern: {
        source: ['aws.iam'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['iam.amazonaws.com'],
          eventName: [...KEY_EVENT_NAMES],
          errorCode: [{ exists: false }],
        },
      },
    });
    rule.addTarget(targetOf(this.queue.queueArn, this.deadLetterQueue));
    letSend(rule, [this.queue, this.deadLetterQueue]);
  }

  private readQueue(): void {
    allowToPoll(this.starter.role, this.queue);
    new EventSourceMapping(this, 'Messages', {
      target: this.starter.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH_SIZE,
      maxBatchingWindow: BATCHING_WINDOW,
      maxConcurrency: MAXIMUM_CONCURRENCY,
      reportBatchItemFailures: true,
    });
  }
}
