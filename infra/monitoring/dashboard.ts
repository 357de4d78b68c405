import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { KeyEventTrigger } from '../key-events/key-event-trigger.ts';
import type { UserRule } from '../rules/user-rule.ts';
import type { Planner } from '../runbooks/planner.ts';
import type { SecurityHubFindings } from '../security-hub/security-hub-findings.ts';
import { findingsRow } from './dashboard-findings.ts';
import { callsOfSweep, compliance, functions, keyEvents, plans } from './dashboard-rows.ts';

/** What is shown. */
export type DashboardProps = {
  readonly rule: UserRule;
  readonly inactiveRule: UserRule;
  readonly planner: Planner;
  readonly trigger?: KeyEventTrigger | undefined;
  readonly findings?: SecurityHubFindings | undefined;
  readonly alarms: readonly Alarm[];
};

/** A sweep may be a day old: a week shows some of them, and what changed. */
const SHOWN = Duration.days(7);

/**
 * A CloudWatch dashboard, from what matters most to what explains it: alarms, violations, sweeps, runbooks, key events.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
 */
export class Dashboard extends Construct {
  /** The name that CloudWatch knows it by. */
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { rule, inactiveRule, trigger, findings, alarms } = props;
    const status = new AlarmStatusWidget({
      title: 'Alarms: docs/operations.md says what to do',
      alarms: [...alarms],
      width: 24,
      height: 3,
    });
    const { dashboardName } = new CloudWatchDashboard(this, 'Dashboard', {
      defaultInterval: SHOWN,
      widgets: [
        [status],
        compliance(rule),
        compliance(inactiveRule, 'Inactive keys: '),
        callsOfSweep(rule),
        callsOfSweep(inactiveRule, 'Inactive keys: '),
        [plans(props), ...functions(props)],
        // What not every deployment has stands last, so that nothing else moves with it.
        ...(trigger === undefined ? [] : [keyEvents(trigger)]),
        ...(findings === undefined ? [] : [findingsRow(findings)]),
      ],
    });
    this.dashboardName = dashboardName;
  }
}
