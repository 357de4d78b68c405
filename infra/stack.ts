import { Aws, CfnRule, Fn, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { KeyEventTrigger } from './key-events/key-event-trigger.ts';
import { createMessages } from './messages/messages.ts';
import { Alarms } from './monitoring/alarms.ts';
import { Dashboard } from './monitoring/dashboard.ts';
import { SavedQueries } from './monitoring/queries.ts';
import { addOutputs } from './outputs.ts';
import { InactiveAccessKeyRule, SingleAccessKeyRule } from './rules/access-key-rules.ts';
import { Planner } from './runbooks/planner.ts';
import { createRemediations, createRunbooks } from './runbooks/runbooks.ts';
import { SecurityHubFindings } from './security-hub/security-hub-findings.ts';
import { completeSettings, type SettingProps } from './settings/props.ts';
import { requireNoContradiction } from './settings/read-settings.ts';
import type { Settings } from './settings/settings.ts';
import { type TopicSettings, topicsOf } from './settings/topics.ts';

/** Tags every resource that CloudFormation can tag. A policy in SECURITY.md depends on this tag. */
export const tagResources = (scope: IConstruct): void =>
  Tags.of(scope).add('part-of', 'iam-user-single-access-key', {
    // CloudFormation does not support tags on dashboards in every Region, nor on event source mappings in GovCloud and China.
    excludeResourceTypes: ['AWS::CloudWatch::Dashboard', 'AWS::Lambda::EventSourceMapping'],
  });

/** The name of the stack, which is the same in every account. */
export const STACK_NAME = 'IamUserSingleAccessKey';

/** The properties of a CDK stack and the settings. */
export type SingleAccessKeyStackProps = StackProps & SettingProps;

/**
 * Makes CloudFormation refuse a stack in another Region or partition than its topics. Alarms and messages are published only in
 * their own Region.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
const requireTopicsInRegion = (stack: Stack, settings: TopicSettings): void => {
  for (const { setting, partition, region } of topicsOf(settings)) {
    const assertDescription = `${setting} must be in the Region of the stack, got a topic in ${region} (${partition})`;
    new CfnRule(stack, `${setting}InRegion`, {
      assertions: [
        { assert: Fn.conditionEquals(Aws.REGION, region), assertDescription },
        { assert: Fn.conditionEquals(Aws.PARTITION, partition), assertDescription },
      ],
    });
  }
};

/** Adds every resource of a deployment to a stack. */
export const fillStack = (stack: Stack, settings: Settings): void => {
  tagResources(stack);
  requireTopicsInRegion(stack, settings);
  const rule = new SingleAccessKeyRule(stack, 'Rule', settings);
  const inactiveRule = new InactiveAccessKeyRule(stack, 'InactiveRule', settings);
  const planner = new Planner(stack, 'Planner', settings);
  const messages = createMessages(stack, { ...settings, rule, inactiveRule });
  const runbooks = createRunbooks(stack, { ...settings, planner, messages, rule, inactiveRule });
  const automatic = createRemediations(stack, { ...settings, ...runbooks, rule, inactiveRule });
  const trigger = settings.keyEvents
    ? new KeyEventTrigger(stack, 'KeyEvents', {
        ...settings,
        configRules: [rule.configRule, inactiveRule.configRule],
      })
    : undefined;
  const findings = settings.securityHubFindings
    ? new SecurityHubFindings(stack, 'Findings', { ...settings, rule, inactiveRule })
    : undefined;
  const monitored = { rule, inactiveRule, planner, automatic, messages, trigger, findings };
  const { alarms } = new Alarms(stack, 'Alarms', { ...settings, rule, inactiveRule });
  new SavedQueries(stack, 'Queries', monitored);
  const dashboard = settings.dashboard
    ? new Dashboard(stack, 'Operations', { ...monitored, alarms })
    : undefined;
  addOutputs(stack, { rule, inactiveRule, findings, runbooks, dashboard });
};

/** The description that the CloudFormation console shows. */
export const DESCRIPTION =
  'AWS Config rule and remediation: at most one active access key per IAM user';

/**
 * The stack of one account: the rules, their runbooks and remediations, messages, key events, findings, alarms and saved
 * queries.
 *
 * @throws {InvalidParameterError} names every setting that is not allowed, or every contradiction between settings
 * @throws {WrongRegionError} when key events do not arrive in the Region of the stack
 */
export class SingleAccessKeyStack extends Stack {
  constructor(scope: Construct, id: string, props: SingleAccessKeyStackProps = {}) {
    super(scope, id, { description: DESCRIPTION, ...props });
    const settings = completeSettings(props);
    requireNoContradiction(settings);
    fillStack(this, settings);
  }
}
