import * as v from 'valibot';
import { InvalidEnvironmentError, parse, Text } from '../input/parse.ts';
import { INACTIVE_ACCESS_KEY, SINGLE_ACCESS_KEY, type Subject } from './finding-text.ts';

/** How severe a finding may be, by the labels of ASFF. */
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

/** A Config rule whose violations are findings, and the runbook that remediates them. */
export type FindingRule = {
  readonly name: string;
  readonly arn: string;
  readonly runbookName: string;
  /** The role with which the runbook acts. */
  readonly automationRoleArn: string;
  readonly subject: Subject;
};

/** Where the findings are. */
export type Place = {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
};

/** What the function is deployed with. */
export type FindingSettings = {
  readonly place: Place;
  readonly severity: (typeof SEVERITIES)[number];
  readonly rules: readonly FindingRule[];
  /** The one of them whose runbook deletes. */
  readonly deletionRule: FindingRule;
};

const placeOf = (arn: string): Place => {
  // Stryker disable next-line StringLiteral: the ARN of a rule has them all.
  const [, partition = '', , region = '', accountId = ''] = arn.split(':');
  return { partition, region, accountId };
};

/**
 * Reads the settings from the function's environment; the ARN of a rule tells account, Region and partition.
 *
 * @throws {InvalidEnvironmentError} says which variable, what was expected and what came
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
    subject: INACTIVE_ACCESS_KEY,
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
        subject: SINGLE_ACCESS_KEY,
      },
      deletionRule,
    ],
    deletionRule,
  };
};
