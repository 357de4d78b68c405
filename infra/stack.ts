import { Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { KeyEventTrigger } from './key-event-trigger.ts';
import { addOutputs } from './outputs.ts';
import { Planner } from './planner.ts';
import { Remediation } from './remediation.ts';
import { Runbook } from './runbook.ts';
import type { Settings } from './settings.ts';
import { SingleAccessKeyRule } from './single-access-key-rule.ts';

/** A stack's own properties and what the deployment decides. */
export type SingleAccessKeyStackProps = StackProps & { readonly settings: Settings };

/** The rule, its runbook and remediation, the trigger by key events, alarms and a dashboard; it names no account and no Region. */
export class SingleAccessKeyStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: SingleAccessKeyStackProps) {
    super(scope, id, {
      description: 'AWS Config rule and remediation: at most one active access key per IAM user',
      ...props,
    });
    Tags.of(this).add('project', 'iam-user-single-access-key');

    const rule = new SingleAccessKeyRule(this, 'Rule', settings);
    const { configRule } = rule;
    const { notificationTopicArn } = settings;
    const planner = new Planner(this, 'Planner', settings);
    const runbook = new Runbook(this, 'DeactivateAccessKey', {
      document: 'remediation/deactivate-access-key.yaml',
      planner,
      configRule,
      userActions: ['iam:UpdateAccessKey', 'iam:ListAccessKeys'],
      notificationTopicArn,
    });
    new Remediation(this, 'Remediation', {
      configRule,
      runbook,
      automatic: settings.automaticRemediation,
      notificationTopicArn,
    });
    const trigger = settings.keyEvents
      ? new KeyEventTrigger(this, 'KeyEvents', { ...settings, configRules: [configRule] })
      : undefined;
    const { alarms } = new Alarms(this, 'Alarms', { ...settings, rule, trigger });
    const dashboard = settings.dashboard
      ? new Dashboard(this, 'Operations', { rule, planner, trigger, alarms })
      : undefined;
    addOutputs(this, { rule, runbook, trigger, dashboard });
  }
}
