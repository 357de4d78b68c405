import { Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { KeyEventTrigger } from './key-events/key-event-trigger.ts';
import { Alarms } from './monitoring/alarms.ts';
import { Dashboard } from './monitoring/dashboard.ts';
import { MetricsLink } from './monitoring/metrics-link.ts';
import { addOutputs } from './outputs.ts';
import { InactiveAccessKeyRule, SingleAccessKeyRule } from './rules/access-key-rules.ts';
import { Planner } from './runbooks/planner.ts';
import { createRemediations, createRunbooks } from './runbooks/runbooks.ts';
import { SecurityHubFindings } from './security-hub/security-hub-findings.ts';
import { DEFAULT_SETTINGS, requireNoContradiction, type Settings } from './settings/settings.ts';

/** The tag of all that a deployment makes, where CloudFormation tags it: the guard of SECURITY.md goes by it. */
export const TAG = { key: 'part-of', value: 'iam-user-single-access-key' } as const;

/** A stack's own properties and what the deployment decides. */
export type SingleAccessKeyStackProps = StackProps & {
  /**
   * As `parseSettings` makes sure of them.
   * @default - DEFAULT_SETTINGS
   */
  readonly settings?: Settings;
};

/** Puts all that a deployment has into a stack. */
export const fillStack = (stack: Stack, settings: Settings): void => {
  Tags.of(stack).add(TAG.key, TAG.value, {
    // CloudFormation learned of their tags only lately.
    excludeResourceTypes: ['AWS::CloudWatch::Dashboard'],
  });

  const rule = new SingleAccessKeyRule(stack, 'Rule', settings);
  const inactiveRule = new InactiveAccessKeyRule(stack, 'InactiveRule', {
    ...settings,
    configRuleName: settings.inactiveConfigRuleName,
  });
  const planner = new Planner(stack, 'Planner', settings);
  const runbooks = createRunbooks(stack, { ...settings, planner, rule, inactiveRule });
  createRemediations(stack, { ...settings, ...runbooks, rule, inactiveRule });
  const trigger = settings.keyEvents
    ? new KeyEventTrigger(stack, 'KeyEvents', {
        ...settings,
        configRules: [rule.configRule, inactiveRule.configRule],
      })
    : undefined;
  const findings = settings.securityHubFindings
    ? new SecurityHubFindings(stack, 'Findings', { ...settings, rule, inactiveRule, runbooks })
    : undefined;
  const watched = { rule, inactiveRule, trigger, findings };
  const { alarms } = new Alarms(stack, 'Alarms', { ...settings, ...watched });
  const dashboard = settings.dashboard
    ? new Dashboard(stack, 'Operations', { ...watched, planner, alarms })
    : undefined;
  const { monitoringSinkArn: sinkArn } = settings;
  if (sinkArn !== undefined) new MetricsLink(stack, 'MetricsLink', { sinkArn });
  addOutputs(stack, { ...watched, runbooks, dashboard });
};

/** What the Stacks console says of it. */
export const DESCRIPTION =
  'AWS Config rule and remediation: at most one active access key per IAM user';

/** The rules, their runbooks and remediations, the trigger by key events, alarms and a dashboard; it names no account and no Region. */
export class SingleAccessKeyStack extends Stack {
  constructor(scope: Construct, id: string, stackProps: SingleAccessKeyStackProps = {}) {
    const { settings = DEFAULT_SETTINGS, ...props } = stackProps;
    super(scope, id, { description: DESCRIPTION, ...props });
    requireNoContradiction(settings);
    fillStack(this, settings);
  }
}
