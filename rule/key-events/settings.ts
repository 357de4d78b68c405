import * as v from 'valibot';
import { InvalidEnvironmentError, parse } from '../input/parse.ts';

/**
 * The maximum number of rules in a StartConfigRulesEvaluation call.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html
 */
export const MAXIMUM_RULES = 25;

const NAMES = `1 to ${MAXIMUM_RULES} names of Config rules, separated by commas`;

const Environment = v.object({
  CONFIG_RULE_NAMES: v.pipe(
    v.string(NAMES),
    v.transform((text) => text.split(',')),
    v.maxLength(MAXIMUM_RULES, NAMES),
    v.check((names) => names.every((name) => /^[\w-]{1,64}$/.test(name)), NAMES),
  ),
  MAXIMUM_USERS: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'a whole number of users'), v.transform(Number)),
  ),
});

/** The settings that the trigger is deployed with. */
export type TriggerSettings = {
  readonly configRuleNames: readonly string[];
  /** The maximum number of users for key events to start evaluations. Undefined if the cost does not depend on it. */
  readonly maximumUsers: number | undefined;
};

/**
 * Parses the environment of the function.
 *
 * @throws {InvalidEnvironmentError} names the variable, what was expected and what it got
 */
export const parseTriggerSettings = (
  environment: Readonly<Record<string, string | undefined>>,
): TriggerSettings => {
  const error = (message: string) => new InvalidEnvironmentError(message);
  const parsed = parse(Environment, environment, { what: 'environment', error });
  return { configRuleNames: parsed.CONFIG_RULE_NAMES, maximumUsers: parsed.MAXIMUM_USERS };
};

/**
 * The maximum number of users in an account for key events to start evaluations of a hybrid rule (docs/decisions/0010).
 *
 * AWS does not document what StartConfigRulesEvaluation sends to a hybrid rule. If it sends a notification for each
 * user, a start costs an evaluation of each user: $0.50 for 500 users.
 */
export const MAXIMUM_USERS_OF_HYBRID_RULE = 500;
