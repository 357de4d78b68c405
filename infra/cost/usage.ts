import { type Frequency, HOURS } from '../settings/settings.ts';
import { batchesOf, callsOf, changesOf, findingsOf, pagesOf, reportsOf } from './activity.ts';
import * as assumed from './assumptions.ts';
import type { Priced } from './prices.ts';
import type { Scenario } from './scenario.ts';

const { HOURS_OF_MONTH, RULES } = assumed;

/** What an account does in a month: what is counted, and what is paid for beside evaluations. */
export type Usage = {
  /** Results that are reported to AWS Config. */
  readonly evaluations: number;
  readonly iamCalls: number;
  readonly configCalls: number;
  readonly paid: Readonly<Partial<Record<Priced, number>>>;
};

/** Requests to a queue: it is asked all the time, and each message takes some. */
const requestsOf = (isThere: boolean, messages: number): number =>
  isThere ? assumed.IDLE_REQUESTS + assumed.REQUESTS_OF_MESSAGE * messages : 0;

const alarmsOf = ({ keyEvents, triggers, securityHubFindings }: Scenario): number => {
  const { ALARMS } = assumed;
  const ofKeyEvents = ALARMS.keyEvents + (triggers === 'hybrid' ? ALARMS.keyEventsOfHybrid : 0);
  return ALARMS.rules + (keyEvents ? ofKeyEvents : 0) + (securityHubFindings ? ALARMS.findings : 0);
};

/** What an account with the stack uses, at most. */
export const usageOfStack = (scenario: Scenario, frequency: Frequency): Usage => {
  const { users, remediations, keyEvents, securityHubFindings } = scenario;
  const { sweeps, notified, results } = reportsOf(scenario, frequency);
  const batches = batchesOf(scenario);
  const { messages, runs, findings } = findingsOf(scenario);
  const ofRules = RULES * (sweeps + notified);
  const invocations = ofRules + batches + assumed.PLANS * remediations + runs;
  const ofUsers = assumed.SECONDS_OF_USER.tenAtATime * users * RULES * sweeps;
  const metrics =
    RULES * assumed.METRICS_OF_SWEEP * Math.min(HOURS_OF_MONTH, sweeps) +
    assumed.METRICS_OF_KEY_EVENTS * Math.min(HOURS_OF_MONTH, batches) +
    assumed.METRICS_OF_FINDINGS * Math.min(HOURS_OF_MONTH, runs);
  return {
    evaluations: RULES * results,
    ...callsOf(scenario, frequency),
    paid: {
      complianceItem: RULES * changesOf(scenario),
      invocation: invocations,
      gigabyteSecond: assumed.MEMORY * (assumed.SECONDS * invocations + ofUsers),
      queueRequest:
        requestsOf(keyEvents, changesOf(scenario)) + requestsOf(securityHubFindings, messages),
      metricMonth: metrics / HOURS_OF_MONTH,
      alarm: alarmsOf(scenario),
      dashboard: scenario.dashboard ? 1 : 0,
      logGigabyte: assumed.LOGGED * invocations,
      step: assumed.STEPS * remediations,
      scriptSecond: assumed.SCRIPT_SECONDS * remediations,
      finding: findings,
    },
  };
};

/** What an account uses whose two rules report every user at each sweep of the same schedule, and that has nothing else. */
export const usageOfReportingEverything = (scenario: Scenario, frequency: Frequency): Usage => {
  const { users } = scenario;
  const sweeps = RULES * (HOURS_OF_MONTH / HOURS[frequency]);
  const seconds = assumed.SECONDS + assumed.SECONDS_OF_USER.oneAfterTheOther * users;
  return {
    evaluations: sweeps * users,
    iamCalls: sweeps * (pagesOf(users, assumed.USERS_OF_PAGE) + users),
    configCalls: sweeps * pagesOf(users, assumed.RESULTS_OF_PAGE),
    paid: {
      complianceItem: RULES * changesOf(scenario),
      invocation: sweeps,
      gigabyteSecond: assumed.MEMORY * sweeps * seconds,
      logGigabyte: assumed.LOGGED * sweeps,
    },
  };
};

/** What the administrator account uses for the organization: an aggregator and stored queries cost nothing; one account needs none. */
export const usageOfAdministrator = ({ accounts, rollUpViews }: Scenario): Usage => ({
  evaluations: 0,
  iamCalls: 0,
  configCalls: 0,
  paid:
    accounts === 1
      ? {}
      : { dashboard: 1, analyzedMetric: assumed.ROLL_UP_QUERIES * accounts * rollUpViews },
});
