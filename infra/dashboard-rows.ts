import { Duration } from 'aws-cdk-lib';
import {
  GraphWidget,
  type GraphWidgetProps,
  type IWidget,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { KeyEventTrigger } from './key-event-trigger.ts';
import { CALLS_OF_SWEEP, measureOf } from './measure.ts';
import type { Planner } from './planner.ts';
import type { SingleAccessKeyRule } from './single-access-key-rule.ts';

const HOURLY = { period: Duration.hours(1) };
const LATEST = { ...HOURLY, statistic: Stats.MAXIMUM };

/** Three to a row. */
const graph = (title: string, props: GraphWidgetProps): IWidget =>
  new GraphWidget({ title, width: 8, height: 6, leftYAxis: { min: 0 }, ...props });

/** How the account stands: its users, those that violate the rule, and what was reported. */
export const compliance = ({ configRule }: SingleAccessKeyRule): IWidget[] => {
  const measure = measureOf([configRule]);
  const violations = measure('Violations', { ...LATEST, label: 'NON_COMPLIANT' });
  return [
    new SingleValueWidget({
      title: 'Users at the last sweep',
      metrics: [
        violations,
        measure('Exempt', { ...LATEST, label: 'exempt by tag' }),
        measure('Users', { ...LATEST, label: 'all' }),
      ],
      width: 8,
      height: 6,
    }),
    graph('NON_COMPLIANT users', { left: [violations] }),
    graph('Results reported (billed)', { left: [measure('ResultsSent', HOURLY)] }),
  ];
};

/** What a sweep takes: its time, its calls, and how many of them were too many. */
export const callsOfSweep = ({ configRule }: SingleAccessKeyRule): IWidget[] => {
  const measure = measureOf([configRule]);
  return [
    graph('Duration of a sweep', { left: [measure('Duration', LATEST)] }),
    graph('Calls of sweeps', {
      left: CALLS_OF_SWEEP.map((api) => measure(api, HOURLY)),
      stacked: true,
    }),
    graph('Throttled calls', { left: [measure('Throttles', HOURLY)] }),
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

/** What the runbook was asked, and what it refused. */
export const runbook = ({ configRule }: SingleAccessKeyRule): IWidget[] => {
  const measure = measureOf([configRule]);
  return [
    graph('Plans of the runbook', {
      left: [measure('Plans', HOURLY), measure('Refusals', HOURLY)],
    }),
  ];
};

/** The errors of the functions, and the events that failed every try. */
export const functions = ({
  rule,
  planner,
  trigger,
}: {
  readonly rule: SingleAccessKeyRule;
  readonly planner: Planner;
  readonly trigger?: KeyEventTrigger | undefined;
}): IWidget[] => {
  const errors = (name: string, { function: one }: Pick<Planner, 'function'>) =>
    one.metricErrors({ ...HOURLY, label: name });
  return [
    graph('Errors', {
      left: [
        errors('rule', rule.evaluator),
        errors('planner', planner),
        ...(trigger === undefined ? [] : [errors('key events', trigger.starter)]),
      ],
    }),
    graph('Events that could not be evaluated', {
      left: [rule.deadLetterQueue.metricApproximateNumberOfMessagesVisible()],
    }),
  ];
};
