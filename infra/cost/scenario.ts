import {
  InvalidParameterError,
  type Parameter,
  wholeNumber,
  yesOrNo,
} from '../../rule/input/parameter.ts';
import { FREQUENCIES } from '../settings/settings.ts';

const oneOf = <Word extends string>(words: readonly Word[], standard: Word): Parameter<Word> => ({
  default: standard,
  parse: (name, value) => {
    const word = words.find((one) => one === value);
    if (word !== undefined) return word;
    const expected = words.join(' or ');
    throw new InvalidParameterError(`${name} must be ${expected}, got ${JSON.stringify(value)}`);
  },
});

/** The highest number of users that IAM allows in an account. */
export const MAXIMUM_USERS = 5_000;

const changes = { unit: 'changes', minimum: 0, maximum: 1_000_000 };

/**
 * The options of `npm run cost` with their bounds and defaults. Counts apply to one account and a month of 30 days.
 *
 * `accounts`      accounts; an AWS Config aggregator collects from 10,000 at most
 * `violations`    percentage of the users that violate each of the two rules
 * `keyChanges`    access keys created, activated, deactivated or deleted; by default 50 users rotate a key every 90
 *                 days, with three changes each
 * `userChanges`   changes of users that AWS Config records
 * `remediations`  keys that the runbooks deactivate and later delete
 * `rollUpViews`   times that the dashboard of the organization is opened
 * the others      the settings of the same name
 */
export const OPTIONS = {
  accounts: wholeNumber({ unit: 'accounts', minimum: 1, maximum: 10_000, default: 1_000 }),
  users: wholeNumber({ unit: 'users', minimum: 0, maximum: MAXIMUM_USERS, default: 50 }),
  violations: wholeNumber({ unit: 'percent', minimum: 0, maximum: 100, default: 10 }),
  keyChanges: wholeNumber({ ...changes, default: 50 }),
  userChanges: wholeNumber({ ...changes, default: 20 }),
  remediations: wholeNumber({ ...changes, unit: 'remediations', default: 2 }),
  rollUpViews: wholeNumber({ ...changes, unit: 'views', default: 30 }),
  refreshDays: wholeNumber({ unit: 'days', minimum: 0, maximum: 365, default: 7 }),
  maximumExecutionFrequency: oneOf(FREQUENCIES, 'TwentyFour_Hours'),
  triggers: oneOf(['hybrid', 'schedule'], 'hybrid'),
  keyEvents: yesOrNo(true),
  dashboard: yesOrNo(false),
  securityHubFindings: yesOrNo(false),
} as const satisfies Record<string, Parameter<unknown>>;

/** The accounts, changes and settings that a bill is computed from. */
export type Scenario = {
  readonly [Name in keyof typeof OPTIONS]: ReturnType<(typeof OPTIONS)[Name]['parse']>;
};

/**
 * Reads a scenario. An option that is not given has its default.
 *
 * @throws {InvalidParameterError} when a value is out of bounds
 */
export const parseScenario = (given: Readonly<Record<string, unknown>>): Scenario =>
  Object.fromEntries(
    Object.entries(OPTIONS).map(([name, option]) => [
      name,
      given[name] === undefined ? option.default : option.parse(name, given[name]),
    ]),
  ) as Scenario;

/** Formats values as options of the command line. */
export const optionsOf = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ');
