import { MAXIMUM_USERS_OF_HYBRID_RULE } from '../../rule/key-events/settings.ts';
import { type Frequency, HOURS } from '../settings/settings.ts';
import * as assumed from './assumptions.ts';
import type { Scenario } from './scenario.ts';

const { DAYS_OF_MONTH, HOURS_OF_MONTH, RULES } = assumed;

/** Calls that list so many items: one where there are none. */
export const pagesOf = (items: number, size: number): number =>
  Math.max(1, Math.ceil(items / size));

/** Users that violate a rule. */
export const violatingOf = ({ users, violations }: Scenario): number =>
  Math.ceil((users * violations) / 100);

/** Changes of keys, those of the runbooks too. */
export const changesOf = ({ keyChanges, remediations }: Scenario): number =>
  keyChanges + assumed.CHANGES_OF_REMEDIATION * remediations;

/** Batches of key events, at most: one for each. */
export const batchesOf = (scenario: Scenario): number =>
  scenario.keyEvents ? changesOf(scenario) : 0;

/** Starts of an evaluation of both rules, at most: for each change of a key, and at the end of each runbook. */
export const startsOf = (scenario: Scenario): number => {
  const { users, triggers, remediations } = scenario;
  const isHeldBack = triggers === 'hybrid' && users > MAXIMUM_USERS_OF_HYBRID_RULE;
  const ofKeyEvents = isHeldBack ? 0 : batchesOf(scenario);
  return ofKeyEvents + assumed.CHANGES_OF_REMEDIATION * remediations;
};

/** What a rule does, at most: where a change is reported, the next refresh of that user comes later. */
export const reportsOf = (scenario: Scenario, frequency: Frequency) => {
  const { users, refreshDays, triggers } = scenario;
  const sweeps = HOURS_OF_MONTH / HOURS[frequency] + startsOf(scenario);
  // With 0 days, that is at every sweep: 30 / 0 is more than any number of them.
  const refreshes = Math.min(sweeps, DAYS_OF_MONTH / refreshDays);
  const notified = triggers === 'hybrid' ? scenario.userChanges : 0;
  const results = users * refreshes + changesOf(scenario) + notified;
  return { sweeps, refreshes, notified, results };
};

/** What telling Security Hub takes, at most: every violation once a day, and each change in a run of its own. */
export const findingsOf = (scenario: Scenario) => {
  const { users, securityHubFindings } = scenario;
  if (!securityHubFindings)
    return { messages: 0, runs: 0, findings: 0, iamCalls: 0, configCalls: 0 };
  const messages = RULES * changesOf(scenario);
  const runs = DAYS_OF_MONTH + messages;
  const findings = RULES * DAYS_OF_MONTH * violatingOf(scenario) + messages;
  const listed = assumed.LISTINGS_OF_FINDINGS * pagesOf(users, assumed.USERS_OF_PAGE);
  const held = RULES * pagesOf(users, assumed.RESULTS_OF_PAGE);
  return {
    messages,
    runs,
    findings,
    // The keys of the user of each finding.
    iamCalls: runs * listed + findings,
    // What Config holds: of everybody each day, of one user after a change.
    configCalls: DAYS_OF_MONTH * held + messages,
  };
};

/** The calls of both rules, of what starts them and of what tells Security Hub, at most. */
export const callsOf = (scenario: Scenario, frequency: Frequency) => {
  const { users } = scenario;
  const { sweeps, notified, results } = reportsOf(scenario, frequency);
  // Every sweep of the rule on active keys reads the last use of each key of a violator.
  const keysAskedFor =
    assumed.KEYS_OF_VIOLATION * (violatingOf(scenario) * sweeps + RULES * changesOf(scenario));
  const held = pagesOf(users, assumed.RESULTS_OF_PAGE);
  const starts = startsOf(scenario);
  const told = findingsOf(scenario);
  // Of a notification: the user, its keys, their last use; what Config holds, the report.
  const listed = pagesOf(users, assumed.USERS_OF_PAGE) + users;
  return {
    iamCalls: RULES * (sweeps * listed + 4 * notified) + keysAskedFor + starts + told.iamCalls,
    configCalls:
      // What is held is read once more before there is something to report.
      RULES * (held * (sweeps + Math.min(sweeps, results)) + sweeps + 2 * notified) +
      RULES * Math.ceil(results / assumed.RESULTS_OF_PAGE) +
      starts +
      told.configCalls,
  };
};
