import * as v from 'valibot';
import { InvalidEnvironmentError, parse } from '../input/parse.ts';
import { type FindingText, INACTIVE_ACCESS_KEY, SINGLE_ACCESS_KEY } from './finding-text.ts';

/** The severity labels of ASFF. */
export const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL'] as const;

const RULE_NAME = '1 to 64 letters, digits, - and _';
const RuleName = v.pipe(v.string(RULE_NAME), v.regex(/^[\w-]{1,64}$/, RULE_NAME));
const RuleArn = v.pipe(
  v.string(),
  v.regex(
    /^arn:[\w-]+:config:[\w-]+:\d{12}:config-rule\/[\w/.-]{1,256}$/,
    'the ARN of a Config rule',
  ),
);

const Environment = v.object({
  CONFIG_RULE_NAME: RuleName,
  CONFIG_RULE_ARN: RuleArn,
  INACTIVE_CONFIG_RULE_NAME: RuleName,
  INACTIVE_CONFIG_RULE_ARN: RuleArn,
  FINDING_SEVERITY: v.picklist(SEVERITIES),
});

/** A Config rule whose violations become findings. */
export type FindingRule = {
  readonly name: string;
  readonly arn: string;
  readonly text: FindingText;
};

/** The account and Region of the findings. */
export type Place = {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
};

/** The settings that the function is deployed with. */
export type FindingSettings = {
  readonly place: Place;
  readonly severity: (typeof SEVERITIES)[number];
  readonly rules: readonly FindingRule[];
};

const placeOf = (arn: string): Place => {
  const part = (index: number) => String(arn.split(':')[index]);
  return { partition: part(1), region: part(3), accountId: part(4) };
};

/**
 * Parses the environment of the function. Account, Region and partition come from the ARN of a rule.
 *
 * @throws {InvalidEnvironmentError} names the variable, what was expected and what it got
 */
export const parseFindingSettings = (
  environment: Readonly<Record<string, string | undefined>>,
): FindingSettings => {
  const error = (message: string) => new InvalidEnvironmentError(message);
  const given = parse(Environment, environment, { what: 'environment', error });
  return {
    place: placeOf(given.CONFIG_RULE_ARN),
    severity: given.FINDING_SEVERITY,
    rules: [
      { name: given.CONFIG_RULE_NAME, arn: given.CONFIG_RULE_ARN, text: SINGLE_ACCESS_KEY },
      {
        name: given.INACTIVE_CONFIG_RULE_NAME,
        arn: given.INACTIVE_CONFIG_RULE_ARN,
        text: INACTIVE_ACCESS_KEY,
      },
    ],
  };
};
