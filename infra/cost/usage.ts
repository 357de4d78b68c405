import { MAXIMUM_USERS_OF_HYBRID_RULE } from '../../rule/key-events/settings.ts';
import { HOURS } from '../settings/settings.ts';
import type { Usage } from './bill.ts';
import type { Scenario } from './scenario.ts';

const DAYS = 30;
const HOURS_OF_MONTH = 720;

/** The stack deploys two rules. */
export const RULES = 2;

/** Alarms of a stack with any settings: one for the dead-letter queue and one for each rule. */
const ALARMS = 1 + RULES;

/** ListUsers returns up to 1,000 users per call. AWS Config returns and accepts up to 100 results per call. */
const PAGE = { users: 1_000, results: 100 };

/** The usage of an invocation: 0.5 GB of memory, 2 seconds plus the time for the users of a sweep, and 2 KB of logs. */
export const FUNCTION = { gigabytes: 0.5, seconds: 2, logGigabytes: 2e-6 };

/** Seconds per user of a sweep, measured by `npm run bench` at 20 ms per call. */
const SECONDS_PER_USER = { tenAtATime: 0.003, oneAfterTheOther: 0.023 };

/** Lambda polls a queue with five pollers that wait 20 seconds each. A message is sent, received and deleted. */
const QUEUE_REQUESTS = { polling: 5 * HOURS_OF_MONTH * 60 * 3, perMessage: 3 };

/** A deactivation and a later deletion of a key, without approval and notification. */
export const REMEDIATION = { steps: 8 + 11, scriptSeconds: 25, plans: 3, changes: 2 };

const pages = (items: number, size: number): number => Math.max(1, Math.ceil(items / size));

/** Computes the maximum numbers of events in an account and month that start or change something. */
export const eventsOf = (scenario: Scenario) => {
  const { users, triggers, keyEvents, maximumExecutionFrequency } = scenario;
  const remediations = (users * scenario.remediations) / 100;
  // The runbooks change keys too.
  const keyChanges = (users * scenario.keyChanges) / 100 + REMEDIATION.changes * remediations;
  // A batch of key events contains one change at least, and starts nothing in a large account with a hybrid rule.
  const batches = keyEvents ? keyChanges : 0;
  const isTooLarge = triggers === 'hybrid' && users > MAXIMUM_USERS_OF_HYBRID_RULE;
  const starts = (isTooLarge ? 0 : batches) + REMEDIATION.changes * remediations;
  return {
    ...{ remediations, keyChanges, batches, starts },
    violations: Math.ceil((users * scenario.violations) / 100),
    notifications: triggers === 'hybrid' ? (users * scenario.userChanges) / 100 : 0,
    sweeps: HOURS_OF_MONTH / HOURS[maximumExecutionFrequency] + starts,
  };
};

/** Computes the maximum results of both rules. In fact, a change that is reported postpones the next refresh. */
const resultsOf = (scenario: Scenario): readonly number[] => {
  const { sweeps, keyChanges, notifications, violations } = eventsOf(scenario);
  // With 0 days every sweep refreshes: 30 / 0 is infinite.
  const refreshes = Math.min(sweeps, DAYS / scenario.refreshDays);
  // The rule on active keys refreshes its violations, the rule on inactive keys every result.
  return [violations, scenario.users].map(
    (users) => users * refreshes + keyChanges + notifications,
  );
};

/** Computes the maximum usage of the import of findings: each violation daily, and a run for each change of compliance. */
export const findingUsageOf = (scenario: Scenario) => {
  const { users, securityHubFindings } = scenario;
  if (!securityHubFindings)
    return { messages: 0, runs: 0, findings: 0, iamCalls: 0, configCalls: 0 };
  const { keyChanges, violations } = eventsOf(scenario);
  const messages = RULES * keyChanges;
  const runs = DAYS + messages;
  const findings = RULES * DAYS * violations + messages;
  return {
    ...{ messages, runs, findings },
    // Users are listed a second time when one of them is missing. Each finding needs the keys of its user.
    iamCalls: runs * 2 * pages(users, PAGE.users) + findings,
    configCalls: DAYS * RULES * pages(users, PAGE.results) + messages,
  };
};

const iamCallsOf = (scenario: Scenario): number => {
  const { sweeps, notifications, violations, keyChanges, starts } = eventsOf(scenario);
  const listings = sweeps * (pages(scenario.users, PAGE.users) + scenario.users);
  // A violation has two keys. Every sweep of the rule on active keys reads the last use of each, and the attached policies.
  const evidence = 3 * violations * sweeps + 2 * RULES * keyChanges;
  // A notification reads the user, its keys, their last use and the attached policies.
  return RULES * (listings + 5 * notifications) + evidence + starts;
};

const configCallsOf = (scenario: Scenario): number => {
  const { sweeps, notifications, starts } = eventsOf(scenario);
  const callsOfRule = resultsOf(scenario).map((results) => {
    // A sweep reads the recorded results, and reads them again before it reports a difference.
    const reads = pages(scenario.users, PAGE.results) * (sweeps + Math.min(sweeps, results));
    return reads + sweeps + 2 * notifications + Math.ceil(results / PAGE.results);
  });
  return callsOfRule.reduce((sum, calls) => sum + calls, starts);
};

const queueRequests = (exists: boolean, messages: number): number =>
  exists ? QUEUE_REQUESTS.polling + QUEUE_REQUESTS.perMessage * messages : 0;

/** Computes the maximum usage of an account with this stack. */
export const usageOfStack = (scenario: Scenario): Usage => {
  const { users, keyEvents, securityHubFindings, dashboard } = scenario;
  const { sweeps, notifications, keyChanges, batches, remediations } = eventsOf(scenario);
  const { messages, runs, findings, iamCalls, configCalls } = findingUsageOf(scenario);
  const invocations =
    RULES * (sweeps + notifications) + batches + REMEDIATION.plans * remediations + runs;
  const seconds =
    FUNCTION.seconds * invocations + SECONDS_PER_USER.tenAtATime * users * RULES * sweeps;
  return {
    evaluations: resultsOf(scenario).reduce((sum, results) => sum + results, 0),
    iamCalls: iamCallsOf(scenario) + iamCalls,
    configCalls: configCallsOf(scenario) + configCalls,
    billed: {
      complianceItem: RULES * keyChanges,
      alarm: ALARMS,
      // The metric of a rule is billed for each hour in which it is written.
      metricMonth: (RULES * Math.min(HOURS_OF_MONTH, sweeps)) / HOURS_OF_MONTH,
      dashboard: dashboard ? 1 : 0,
      logGigabyte: FUNCTION.logGigabytes * invocations,
      queueRequest:
        queueRequests(keyEvents, keyChanges) + queueRequests(securityHubFindings, messages),
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
      complianceItem: RULES * eventsOf(scenario).keyChanges,
      logGigabyte: FUNCTION.logGigabytes * sweeps,
      invocation: sweeps,
      gigabyteSecond: FUNCTION.gigabytes * sweeps * seconds,
    },
  };
};
