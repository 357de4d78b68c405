import * as v from 'valibot';
import { InvalidEnvironmentError, parse, Text } from '../input/parse.ts';
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

const RoleArn = v.pipe(v.string(), v.regex(/^arn:[\w-]+:iam::\d{12}:role\//, 'the ARN of a role'));

const Environment = v.object({
  CONFIG_RULE_NAME: RuleName,
  CONFIG_RULE_ARN: RuleArn,
  RUNBOOK_NAME: Text,
  AUTOMATION_ROLE_ARN: RoleArn,
  INACTIVE_CONFIG_RULE_NAME: RuleName,
  INACTIVE_CONFIG_RULE_ARN: RuleArn,
  DELETION_RUNBOOK_NAME: Text,
  DELETION_ROLE_ARN: RoleArn,
  FINDING_SEVERITY: v.picklist(SEVERITIES),
});

/** A Config rule whose violations become findings, and the runbook that remediates them. */
export type FindingRule = {
  readonly name: string;
  readonly arn: string;
  readonly runbookName: string;
  /** The role that the runbook assumes. */
  readonly automationRoleArn: string;
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
  /** The rule whose runbook deletes keys. */
  readonly deletionRule: FindingRule;
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
  const deletionRule: FindingRule = {
    name: given.INACTIVE_CONFIG_RULE_NAME,
    arn: given.INACTIVE_CONFIG_RULE_ARN,
    runbookName: given.DELETION_RUNBOOK_NAME,
    automationRoleArn: given.DELETION_ROLE_ARN,
    text: INACTIVE_ACCESS_KEY,
  };
  return {
    place: placeOf(given.CONFIG_RULE_ARN),
    severity: given.FINDING_SEVERITY,
    rules: [
      {
        name: given.CONFIG_RULE_NAME,
        arn: given.CONFIG_RULE_ARN,
        runbookName: given.RUNBOOK_NAME,
        automationRoleArn: given.AUTOMATION_ROLE_ARN,
        text: SINGLE_ACCESS_KEY,
      },
      deletionRule,
    ],
    deletionRule,
  };
};
