import { Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { InactiveAccessKeyRule } from './inactive-access-key-rule.ts';
import { KeyEventTrigger } from './key-event-trigger.ts';
import { addOutputs } from './outputs.ts';
import { Planner } from './planner.ts';
import { createRemediations, createRunbooks } from './runbooks.ts';
import { requireNoContradiction, type Settings } from './settings.ts';
import { SingleAccessKeyRule } from './single-access-key-rule.ts';

/** A stack's own properties and what the deployment decides. */
export type SingleAccessKeyStackProps = StackProps & { readonly settings: Settings };

/** The rules, their runbooks and remediations, the trigger by key events, alarms and a dashboard; it names no account and no Region. */
export class SingleAccessKeyStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: SingleAccessKeyStackProps) {
    super(scope, id, {
      description: 'AWS Config rule and remediation: at most one active access key per IAM user',
      ...props,
    });
    requireNoContradiction(settings);
    Tags.of(this).add('project', 'iam-user-single-access-key');

    const rule = new SingleAccessKeyRule(this, 'Rule', settings);
    const inactiveRule = new InactiveAccessKeyRule(this, 'InactiveRule', {
      ...settings,
      ruleName: settings.inactiveRuleName,
    });
    const planner = new Planner(this, 'Planner', settings);
    const runbooks = createRunbooks(this, { ...settings, planner, rule, inactiveRule });
    rule.tellDrift(runbooks);
    createRemediations(this, { ...settings, ...runbooks, rule, inactiveRule });
    const trigger = settings.keyEvents
      ? new KeyEventTrigger(this, 'KeyEvents', {
          ...settings,
          configRules: [rule.configRule, inactiveRule.configRule],
        })
      : undefined;
    const { alarms } = new Alarms(this, 'Alarms', { ...settings, rule, inactiveRule, trigger });
    const dashboard = settings.dashboard
      ? new Dashboard(this, 'Operations', { rule, inactiveRule, planner, trigger, alarms })
      : undefined;
    addOutputs(this, { rule, inactiveRule, runbooks, trigger, dashboard });
  }
}
