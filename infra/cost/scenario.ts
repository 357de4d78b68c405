import { readParameters, type ValuesOf, wholeNumber } from '../../rule/input/parameter.ts';
import { SETTINGS } from '../settings/settings.ts';

/** A count, 0 at least unless it says otherwise. */
const count = (unit: string, bounds: { minimum?: number; maximum: number; default: number }) =>
  wholeNumber({ unit, minimum: 0, description: unit, ...bounds });

/** Users of an account, at most what IAM allows. */
export const USERS = { maximum: 5_000, default: 50 } as const;

/** More of anything would be a mistake. */
const MANY = 1_000_000;

/**
 * What a scenario says, how it is read, and what it says by itself. Counts are of an account and of a month of 30 days:
 *
 * `accounts`      accounts, at most what an aggregator takes
 * `users`         IAM users, at most what IAM allows
 * `violations`    percent of the users that violate a rule, each of both rules
 * `keyChanges`    keys that are created, activated, deactivated or deleted; 50 are the rotation of a key of 50 users
 *                 every 90 days, at three changes each
 * `userChanges`   changes of a user that Config records
 * `remediations`  keys that the runbooks deactivate and later delete
 * `rollUpViews`   times that somebody looks at the roll-up
 * `frequency`     of the bill by lines; the comparison has several
 * `refreshDays`, `triggers`, `keyEvents`, `dashboard`, `securityHubFindings`  as the settings
 */
export const SCENARIO = {
  accounts: count('accounts', { minimum: 1, maximum: 10_000, default: 1_000 }),
  users: count('users', USERS),
  violations: count('percent', { maximum: 100, default: 10 }),
  keyChanges: count('changes', { maximum: MANY, default: 50 }),
  userChanges: count('changes', { maximum: MANY, default: 20 }),
  remediations: count('remediations', { maximum: MANY, default: 2 }),
  rollUpViews: count('views', { maximum: MANY, default: 30 }),
  refreshDays: SETTINGS.refreshDays,
  frequency: SETTINGS.maximumExecutionFrequency,
  triggers: SETTINGS.triggers,
  keyEvents: SETTINGS.keyEvents,
  dashboard: { ...SETTINGS.dashboard, default: false },
  securityHubFindings: SETTINGS.securityHubFindings,
};

/** What the costs depend on. */
export type Scenario = ValuesOf<typeof SCENARIO>;

/**
 * Reads a scenario; what is not given is as it is by itself.
 *
 * @throws {InvalidParameterError} when a value is not within its bounds
 */
export const parseScenario = (given: Readonly<Record<string, unknown>>): Scenario =>
  readParameters(SCENARIO, given, 'option');
