import { Aws, CfnRule, Duration, Fn, Stack, Token } from 'aws-cdk-lib';
import type { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { IAM_REGIONS } from '../../rule/aws/regions.ts';
import { KEY_EVENT_NAMES } from '../../rule/key-events/event.ts';
import { MAXIMUM_RULES, MAXIMUM_USERS_OF_HYBRID_RULE } from '../../rule/key-events/settings.ts';
import { NodeFunction } from '../functions/node-function.ts';
import { allowWithoutResource } from '../functions/permissions.ts';
import { EventQueue } from '../functions/queues.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';

/** The error for a construct that needs the events of IAM, in a Region where they do not arrive. */
export class WrongRegionError extends Error {
  override readonly name = 'WrongRegionError';
}

const keyEventRequirement = (regions: string): string =>
  `key events need the Region of IAM, ${regions}: deploy there, or without key events (setting keyEvents=false, parameter KeyEvents=false)`;

/**
 * Refuses to deploy a construct outside the Regions where the events of IAM arrive.
 *
 * If the Region is not known at synthesis, a rule of the template makes CloudFormation refuse it.
 *
 * @param requirement  returns the error message for the names of these Regions
 * @throws {WrongRegionError} when the stack has another Region
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export const requireIamRegion = (
  scope: Construct,
  requirement: (regions: string) => string = keyEventRequirement,
): void => {
  const regions = Object.values(IAM_REGIONS);
  const { region } = Stack.of(scope);
  const expected = requirement(regions.join(' or '));
  if (Token.isUnresolved(region)) {
    new CfnRule(scope, 'IamRegion', {
      assertions: [
        { assert: Fn.conditionContains(regions, Aws.REGION), assertDescription: expected },
      ],
    });
  } else if (!regions.includes(region))
    throw new WrongRegionError(`${scope.node.path}: ${expected}; got ${region}`);
};

/** The timeout for a batch, which takes two or three calls. */
const TIMEOUT = Duration.seconds(15);

export type KeyEventTriggerProps = Pick<SettingProps, 'triggers' | 'logRetentionInDays'> & {
  /** The rules to evaluate, at most 25. */
  readonly configRules: readonly CfnConfigRule[];
};

/** The function that starts one evaluation for a batch of key events. */
class KeyEventFunction extends NodeFunction {
  constructor(scope: Construct, id: string, props: KeyEventTriggerProps) {
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
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['config:StartConfigRulesEvaluation'],
        resources: configRules.map(({ attrArn }) => attrArn),
      }),
    );
    if (isHybrid) allowWithoutResource(this.role, ['iam:GetAccountSummary']);
  }
}

/** The time in which key events are collected for one evaluation. */
const BATCHING_WINDOW = Duration.seconds(60);

/**
 * The time after which a refused start is tried again: 90 s and the batching window, because Config accepts one start per
 * minute. This equals the minimum of Lambda: the window and six times the timeout of the function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const VISIBILITY_TIMEOUT = Duration.seconds(BATCHING_WINDOW.toSeconds() + 6 * TIMEOUT.toSeconds());

/**
 * Starts an evaluation of rules within minutes of a change of an access key or a user.
 *
 * CloudTrail → EventBridge → queue → function → StartConfigRulesEvaluation. Requires a trail that logs management
 * events. Events that cannot be delivered or processed go to the dead-letter queue.
 *
 * @throws {WrongRegionError} outside the Region of IAM, where its events do not arrive
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export class KeyEventTrigger extends Construct {
  /** Collects key events. */
  readonly queue: EventQueue;
  /** Starts the evaluations. */
  readonly starter: KeyEventFunction;

  constructor(scope: Construct, id: string, props: KeyEventTriggerProps) {
    super(scope, id);
    requireIamRegion(this);
    this.starter = new KeyEventFunction(this, 'Starter', props);
    this.queue = new EventQueue(this, 'Queue', {
      description: 'Calls that can change the number of active access keys of an IAM user',
      eventPattern: {
        source: ['aws.iam'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['iam.amazonaws.com'],
          eventName: [...KEY_EVENT_NAMES],
          errorCode: [{ exists: false }],
        },
      },
      target: this.starter,
      // At about 3 KB each, they fit into the 6 MB of an invocation.
      batchSize: 1_000,
      batchingWindow: BATCHING_WINDOW,
      visibilityTimeout: VISIBILITY_TIMEOUT,
      // The attempts take 50 minutes, and an evaluation takes at most 15.
      maxReceiveCount: 20,
    });
  }
}
