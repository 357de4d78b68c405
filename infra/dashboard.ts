import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { callsOfSweep, compliance, functions, keyEvents, runbook } from './dashboard-rows.ts';
import type { KeyEventTrigger } from './key-event-trigger.ts';
import type { Planner } from './planner.ts';
import type { SingleAccessKeyRule } from './single-access-key-rule.ts';

/** What is shown. */
export type DashboardProps = {
  readonly rule: SingleAccessKeyRule;
  readonly planner: Planner;
  readonly trigger?: KeyEventTrigger | undefined;
  readonly alarms: readonly Alarm[];
};

/** A sweep may be a day old: a week shows some of them, and what changed. */
const SHOWN = Duration.days(7);

/**
 * A CloudWatch dashboard, from what matters most to what explains it: alarms, violations, sweeps, key events, runbook.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
 */
export class Dashboard extends Construct {
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, { rule, planner, trigger, alarms }: DashboardProps) {
    super(scope, id);
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
        callsOfSweep(rule),
        ...(trigger === undefined ? [] : [keyEvents(trigger)]),
        [...runbook(rule), ...functions({ rule, planner, trigger })],
      ],
    });
    this.dashboardName = dashboardName;
  }
}
