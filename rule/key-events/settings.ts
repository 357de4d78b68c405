import * as v from 'valibot';
import { InvalidEnvironmentError, parse } from '../input/parse.ts';

/** Names that one StartConfigRulesEvaluation takes. */
const MAXIMUM_RULES = 25;

const NAMES = `1 to ${MAXIMUM_RULES} names of Config rules with commas between them`;

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

/** What the trigger is deployed with. */
export type TriggerSettings = {
  readonly configRuleNames: readonly string[];
  /** More users, and no evaluation is started; absent where an evaluation costs the same for any number. */
  readonly maximumUsers: number | undefined;
};

/**
 * Reads the settings from the function's environment.
 *
 * @throws {InvalidEnvironmentError} says which variable, what was expected and what came
 */
export const parseTriggerSettings = (
  environment: Readonly<Record<string, string | undefined>>,
): TriggerSettings => {
  const error = (message: string) => new InvalidEnvironmentError(message);
  const parsed = parse(Environment, environment, { what: 'environment', error });
  return { configRuleNames: parsed.CONFIG_RULE_NAMES, maximumUsers: parsed.MAXIMUM_USERS };
};

/**
 * Users of an account above which key events start no evaluation of a hybrid rule: docs/decisions/0010.
 *
 * AWS does not say what StartConfigRulesEvaluation sends to one. If it is a notification of each user, each start
 * costs an evaluation of each, here $0.50.
 */
export const MAXIMUM_USERS_OF_HYBRID_RULE = 500;
