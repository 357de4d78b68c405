import {
  InvalidParameterError,
  type Parameter,
  wholeNumber,
  yesOrNo,
} from '../../rule/input/parameter.ts';
import { FREQUENCIES } from '../settings/settings.ts';

/** A count, 0 at least unless it says otherwise. */
const count = (unit: string, bounds: { minimum?: number; maximum: number; default: number }) =>
  wholeNumber({ unit, minimum: 0, ...bounds });

/** Users of an account, at most what IAM allows. */
export const USERS = { maximum: 5_000, default: 50 } as const;

/** More of anything would be a mistake. */
const MANY = 1_000_000;

/** One of these words. */
const oneOf = <Word extends string>(words: readonly Word[], standard: Word): Parameter<Word> => ({
  default: standard,
  parse: (name, value) => {
    const word = words.find((one) => one === value);
    if (word !== undefined) return word;
    throw new InvalidParameterError(
      `${name} must be ${words.join(' or ')}, got ${JSON.stringify(value)}`,
    );
  },
});

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
  refreshDays: count('days', { maximum: 365, default: 7 }),
  frequency: oneOf(FREQUENCIES, 'TwentyFour_Hours'),
  triggers: oneOf(['hybrid', 'schedule'], 'hybrid'),
  keyEvents: yesOrNo(true),
  dashboard: yesOrNo(false),
  securityHubFindings: yesOrNo(false),
} as const satisfies Record<string, Parameter<unknown>>;

/** What the costs depend on. */
export type Scenario = {
  readonly [Name in keyof typeof SCENARIO]: ReturnType<(typeof SCENARIO)[Name]['parse']>;
};

/**
 * Reads a scenario; what is not given is as it is by itself.
 *
 * @throws {InvalidParameterError} when a value is not within its bounds
 */
export const parseScenario = (given: Readonly<Record<string, unknown>>): Scenario =>
  Object.fromEntries(
    Object.entries(SCENARIO).map(([name, parameter]) => [
      name,
      given[name] === undefined ? parameter.default : parameter.parse(name, given[name]),
    ]),
  ) as Scenario;
