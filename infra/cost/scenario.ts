import { readParameters, type ValuesOf, wholeNumber } from '../../rule/input/parameter.ts';
import { SETTINGS } from '../settings/settings.ts';

/** The highest number of users that IAM allows in an account. */
export const MAXIMUM_USERS = 5_000;

const count = (unit: string, bounds: { minimum?: number; maximum?: number; default: number }) =>
  wholeNumber({ unit, minimum: 0, maximum: 1_000_000, description: unit, ...bounds });

/**
 * The options of `npm run cost` with their bounds and defaults. Amounts apply to a month of 30 days.
 *
 * `accounts`      accounts in the last column; an AWS Config aggregator collects from 10,000 at most
 * `users`         users of each of these accounts
 * `violations`    percentage of the users that violate each of the two rules
 * `keyChanges`    access keys created, activated, deactivated or deleted, per 100 users; by default each user rotates a
 *                 key every 90 days, with three changes
 * `userChanges`   changes of users that AWS Config records, per 100 users
 * `remediations`  keys that the runbooks deactivate and later delete, per 100 users
 * the others      the settings of the same name
 */
export const OPTIONS = {
  accounts: count('accounts', { minimum: 1, maximum: 10_000, default: 1_000 }),
  users: count('users', { maximum: MAXIMUM_USERS, default: 50 }),
  violations: count('percent', { maximum: 100, default: 10 }),
  keyChanges: count('changes', { default: 100 }),
  userChanges: count('changes', { default: 40 }),
  remediations: count('remediations', { default: 4 }),
  refreshDays: SETTINGS.refreshDays,
  maximumExecutionFrequency: SETTINGS.maximumExecutionFrequency,
  triggers: SETTINGS.triggers,
  keyEvents: SETTINGS.keyEvents,
  dashboard: SETTINGS.dashboard,
  securityHubFindings: SETTINGS.securityHubFindings,
};

/** The accounts, changes and settings that a bill is computed from. */
export type Scenario = ValuesOf<typeof OPTIONS>;

/**
 * Reads a scenario. An option that is not given has its default.
 *
 * @throws {InvalidParameterError} when a value is out of bounds
 */
export const parseScenario = (given: Readonly<Record<string, unknown>>): Scenario =>
  readParameters(OPTIONS, given, 'option');

/** Formats values as options of the command line. */
export const optionsOf = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ');
