import { MAXIMUM_USERS_OF_HYBRID_RULE } from '../../rule/key-events/settings.ts';
import { HOURS } from '../settings/settings.ts';
import type { Usage } from './bill.ts';
import type { Scenario } from './scenario.ts';

const DAYS = 30;
const HOURS_OF_MONTH = 720;

/** The stack deploys two rules. */
export const RULES = 2;

/** ListUsers returns up to 1,000 users per call. AWS Config returns and accepts up to 100 results per call. */
const PAGE = { users: 1_000, results: 100 };

/** The usage of an invocation: 0.5 GB of memory, 2 seconds plus the time for the users of a sweep, and 2 KB of logs. */
const FUNCTION = { gigabytes: 0.5, seconds: 2, logGigabytes: 2e-6 };

/** Seconds per user of a sweep, measured by `npm run bench` at 20 ms per call. */
const SECONDS_PER_USER = { tenAtATime: 0.003, oneAfterTheOther: 0.023 };

/** Alarms of both rules, of key events (one more with a hybrid rule) and of findings. */
const ALARMS = { rules: 8, keyEvents: 2, keyEventsOfHybridRule: 1, findings: 2 };

/** The maximum number of metrics that one invocation writes, without `exemptionTagKey`. */
export const METRICS = { sweep: 13, keyEvents: 5, findings: 2 };

/** Lambda polls a queue with five pollers that wait 20 seconds each. A message is sent, received and deleted. */
const QUEUE_REQUESTS = { polling: 5 * HOURS_OF_MONTH * 60 * 3, perMessage: 3 };

/** A deactivation and a later deletion of a key, without approval and notification. */
export const REMEDIATION = { steps: 8 + 11, scriptSeconds: 25, plans: 3, changes: 2 };

/** Metrics Insights queries of the organization's dashboard. */
export const ROLL_UP_QUERIES = 10;

const pages = (items: number, size: number): number => Math.max(1, Math.ceil(items / size));

const violationsOf = ({ users, violations }: Scenario) => Math.ceil((users * violations) / 100);

/** Returns the number of key changes, including those that the runbooks make. */
const keyChangesOf = ({ keyChanges, remediations }: Scenario) =>
  keyChanges + REMEDIATION.changes * remediations;

/** Returns the maximum number of batches of key events, which is one per change. */
const batchesOf = (scenario: Scenario) => (scenario.keyEvents ? keyChangesOf(scenario) : 0);

/** Returns the maximum number of evaluations that key events and runbooks start. */
export const startsOf = (scenario: Scenario): number => {
  const { users, triggers, remediations } = scenario;
  const isTooLarge = triggers === 'hybrid' && users > MAXIMUM_USERS_OF_HYBRID_RULE;
  return (isTooLarge ? 0 : batchesOf(scenario)) + REMEDIATION.changes * remediations;
};

/** Returns the maximum sweeps and results of one rule. In fact, a change that is reported postpones the next refresh. */
const evaluationsOf = (scenario: Scenario) => {
  const { users, refreshDays, triggers, userChanges, maximumExecutionFrequency } = scenario;
  const sweeps = HOURS_OF_MONTH / HOURS[maximumExecutionFrequency] + startsOf(scenario);
  // With 0 days every sweep refreshes: 30 / 0 is infinite.
  const refreshes = Math.min(sweeps, DAYS / refreshDays);
  const notifications = triggers === 'hybrid' ? userChanges : 0;
  const results = users * refreshes + keyChangesOf(scenario) + notifications;
  return { sweeps, notifications, results };
};

/** Returns the maximum usage of the import of findings: each violation daily, and a run for each change of compliance. */
export const findingUsageOf = (scenario: Scenario) => {
  const { users, securityHubFindings } = scenario;
  if (!securityHubFindings)
    return { messages: 0, runs: 0, findings: 0, iamCalls: 0, configCalls: 0 };
  const messages = RULES * keyChangesOf(scenario);
  const runs = DAYS + messages;
  const findings = RULES * DAYS * violationsOf(scenario) + messages;
  return {
    messages,
    runs,
    findings,
    // Users are listed a second time when one of them is missing. Each finding needs the keys of its user.
    iamCalls: runs * 2 * pages(users, PAGE.users) + findings,
    configCalls: DAYS * RULES * pages(users, PAGE.results) + messages,
  };
};

const iamCallsOf = (scenario: Scenario): number => {
  const { sweeps, notifications } = evaluationsOf(scenario);
  const listings = sweeps * (pages(scenario.users, PAGE.users) + scenario.users);
  // A violation has two keys. Every sweep of the rule on active keys reads the last use of each, and the attached policies.
  const evidence = 3 * violationsOf(scenario) * sweeps + 2 * RULES * keyChangesOf(scenario);
  // A notification reads the user, its keys, their last use and the attached policies.
  return RULES * (listings + 5 * notifications) + evidence + startsOf(scenario);
};

const configCallsOf = (scenario: Scenario): number => {
  const { sweeps, notifications, results } = evaluationsOf(scenario);
  // A sweep reads the recorded results, and reads them again before it reports a difference.
  const reads = pages(scenario.users, PAGE.results) * (sweeps + Math.min(sweeps, results));
  const reports = RULES * Math.ceil(results / PAGE.results);
  return RULES * (reads + sweeps + 2 * notifications) + reports + startsOf(scenario);
};

const alarmsOf = ({ keyEvents, triggers, securityHubFindings }: Scenario): number =>
  ALARMS.rules +
  (keyEvents ? ALARMS.keyEvents : 0) +
  (keyEvents && triggers === 'hybrid' ? ALARMS.keyEventsOfHybridRule : 0) +
  (securityHubFindings ? ALARMS.findings : 0);

const queueRequests = (exists: boolean, messages: number): number =>
  exists ? QUEUE_REQUESTS.polling + QUEUE_REQUESTS.perMessage * messages : 0;

/** Returns the billed months of a metric, which is billed for each hour in which it is written. */
const metricMonths = (invocations: number): number =>
  Math.min(HOURS_OF_MONTH, invocations) / HOURS_OF_MONTH;

/** Computes the maximum usage of an account with this stack. */
export const usageOfStack = (scenario: Scenario): Usage => {
  const { users, remediations, keyEvents, securityHubFindings, dashboard } = scenario;
  const { sweeps, notifications, results } = evaluationsOf(scenario);
  const { messages, runs, findings, iamCalls, configCalls } = findingUsageOf(scenario);
  const batches = batchesOf(scenario);
  const changes = keyChangesOf(scenario);
  const invocations =
    RULES * (sweeps + notifications) + batches + REMEDIATION.plans * remediations + runs;
  const seconds =
    FUNCTION.seconds * invocations + SECONDS_PER_USER.tenAtATime * users * RULES * sweeps;
  return {
    evaluations: RULES * results,
    iamCalls: iamCallsOf(scenario) + iamCalls,
    configCalls: configCallsOf(scenario) + configCalls,
    billed: {
      complianceItem: RULES * changes,
      alarm: alarmsOf(scenario),
      metricMonth:
        RULES * METRICS.sweep * metricMonths(sweeps) +
        METRICS.keyEvents * metricMonths(batches) +
        METRICS.findings * metricMonths(runs),
      dashboard: dashboard ? 1 : 0,
      logGigabyte: FUNCTION.logGigabytes * invocations,
      queueRequest:
        queueRequests(keyEvents, changes) + queueRequests(securityHubFindings, messages),
      invocation: invocations,
      gigabyteSecond: FUNCTION.gigabytes * seconds,
      step: REMEDIATION.steps * remediations,
      scriptSecond: REMEDIATION.scriptSeconds * remediations,
      finding: findings,
    },
  };
};

/** Computes the usage of an account whose two rules report every user at each sweep and that has nothing else deployed. */
export const usageOfFullReporting = (scenario: Scenario): Usage => {
  const { users, maximumExecutionFrequency } = scenario;
  const sweeps = RULES * (HOURS_OF_MONTH / HOURS[maximumExecutionFrequency]);
  const seconds = FUNCTION.seconds + SECONDS_PER_USER.oneAfterTheOther * users;
  return {
    evaluations: sweeps * users,
    iamCalls: sweeps * (pages(users, PAGE.users) + users),
    configCalls: sweeps * pages(users, PAGE.results),
    billed: {
      complianceItem: RULES * keyChangesOf(scenario),
      logGigabyte: FUNCTION.logGigabytes * sweeps,
      invocation: sweeps,
      gigabyteSecond: FUNCTION.gigabytes * sweeps * seconds,
    },
  };
};

/** Computes the usage of the administrator account. A single account needs no roll-up. */
export const usageOfAdministrator = ({ accounts, rollUpViews }: Scenario): Usage => {
  const analyzedMetric = ROLL_UP_QUERIES * accounts * rollUpViews;
  const billed = accounts === 1 ? {} : { dashboard: 1, analyzedMetric };
  return { evaluations: 0, iamCalls: 0, configCalls: 0, billed };
};
