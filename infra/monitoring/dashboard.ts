import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IWidget,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { KeyEventTrigger } from '../key-events/key-event-trigger.ts';
import type { UserRule } from '../rules/user-rule.ts';
import type { Planner } from '../runbooks/planner.ts';
import type { SecurityHubFindings } from '../security-hub/security-hub-findings.ts';
import { CALLS_OF_SWEEP, measureOf } from './measure.ts';

export const HOURLY = { period: Duration.hours(1) };
const LATEST = { ...HOURLY, statistic: Stats.MAXIMUM };

/** Three to a row. */
export const graph = (title: string, props: GraphWidgetProps): IWidget =>
  new GraphWidget({ title, width: 8, height: 6, leftYAxis: { min: 0 }, ...props });

/**
 * How the account stands: its users, those that violate the rule, and what was reported.
 *
 * @param start  how the titles of the rule's widgets begin
 */
export const compliance = ({ configRule }: UserRule, start = ''): IWidget[] => {
  const measure = measureOf([configRule]);
  const violations = measure('Violations', { ...LATEST, label: 'NON_COMPLIANT' });
  return [
    new SingleValueWidget({
      title: `${start}Users at the last sweep`,
      metrics: [
        violations,
        measure('Exempt', { ...LATEST, label: 'exempt by tag' }),
        measure('Users', { ...LATEST, label: 'all' }),
      ],
      width: 8,
      height: 6,
    }),
    graph(`${start}NON_COMPLIANT users`, { left: [violations] }),
    graph(`${start}Results reported (billed)`, { left: [measure('ResultsSent', HOURLY)] }),
  ];
};

/**
 * What a sweep takes: its time, its calls, and how many of them were too many.
 *
 * @param start  how the titles of the rule's widgets begin
 */
export const callsOfSweep = ({ configRule }: UserRule, start = ''): IWidget[] => {
  const measure = measureOf([configRule]);
  return [
    graph(`${start}Duration of a sweep`, { left: [measure('Duration', LATEST)] }),
    graph(`${start}Calls of sweeps`, {
      left: CALLS_OF_SWEEP.map((api) => measure(api, HOURLY)),
      stacked: true,
    }),
    graph(`${start}Throttled calls`, { left: [measure('Throttles', HOURLY)] }),
  ];
};

/** What key events start, how late, and what waits. */
export const keyEvents = ({ queue, deadLetterQueue, starter }: KeyEventTrigger): IWidget[] => {
  const { measure } = starter;
  return [
    graph('Key events and what they started', {
      left: [measure('KeyEvents', HOURLY)],
      right: [
        measure('EvaluationsStarted', HOURLY),
        measure('PutOff', HOURLY),
        measure('HeldBack', HOURLY),
      ],
    }),
    graph('From a key event to its evaluation', {
      left: [measure('EventToEvaluation', { ...LATEST, label: 'longest' })],
    }),
    graph('Key events that wait', {
      left: [queue.metricApproximateNumberOfMessagesVisible()],
      right: [deadLetterQueue.metricApproximateNumberOfMessagesVisible()],
    }),
  ];
};

/** What explains the rest: the rules, and the functions beside theirs. */
type Functions = {
  readonly rule: UserRule;
  readonly inactiveRule: UserRule;
  readonly planner: Planner;
  readonly trigger?: KeyEventTrigger | undefined;
};

/** What the runbooks were asked, by the rule that they work for, and what they refused. */
export const plans = ({ rule, inactiveRule }: Functions): IWidget =>
  graph('Plans of the runbooks', {
    left: [rule, inactiveRule].flatMap(({ configRule }) => {
      const measure = measureOf([configRule]);
      return [measure('Plans', HOURLY), measure('Refusals', HOURLY)];
    }),
  });

/** The errors of the functions, and the events that failed every try. */
export const functions = ({ rule, inactiveRule, planner, trigger }: Functions): IWidget[] => {
  const errors = (name: string, { function: one }: Pick<Planner, 'function'>) =>
    one.metricErrors({ ...HOURLY, label: name });
  return [
    graph('Errors', {
      left: [
        errors('rule', rule.evaluator),
        errors('inactive keys', inactiveRule.evaluator),
        errors('planner', planner),
        ...(trigger === undefined ? [] : [errors('key events', trigger.starter)]),
      ],
    }),
    graph('Events that could not be evaluated', {
      left: [rule, inactiveRule].map(({ deadLetterQueue }) =>
        deadLetterQueue.metricApproximateNumberOfMessagesVisible(),
      ),
    }),
  ];
};

/** Two to this row. */
const width = 12;

/** What Security Hub was told, and what it could not be told. */
export const findingsRow = ({ teller, deadLetterQueue }: SecurityHubFindings): IWidget[] => [
  graph('Findings told to Security Hub', {
    width,
    left: [
      teller.measure('FindingsImported', { ...HOURLY, label: 'violations' }),
      teller.measure('FindingsArchived', { ...HOURLY, label: 'over, archived' }),
    ],
  }),
  graph('Findings that could not be told', {
    width,
    left: [
      teller.function.metricErrors({ ...HOURLY, label: 'errors' }),
      deadLetterQueue.metricApproximateNumberOfMessagesVisible(),
    ],
  }),
];

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
