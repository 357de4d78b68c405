import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { parseParameter, RULE_PARAMETERS } from '../rule/parameters.ts';

/** A setting that is unknown or has a value that is not allowed. */
export class InvalidSettingError extends Error {
  override readonly name = 'InvalidSettingError';
}

const FREQUENCIES = [
  'One_Hour',
  'Three_Hours',
  'Six_Hours',
  'Twelve_Hours',
  'TwentyFour_Hours',
] as const;

// Config allows 128 characters, but GetComplianceDetailsByConfigRule takes no more than 64.
const RULE_NAME = '1 to 64 letters, digits, - and _';

/** What CloudWatch Logs can keep, in days; without end is no retention. */
const RETENTION_DAYS = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

const oneOf = <const Options extends readonly string[]>(options: Options) =>
  v.picklist(options, `one of ${options.join(', ')}`);

const ruleParameter = (name: keyof typeof RULE_PARAMETERS) =>
  v.optional(
    v.pipe(
      v.unknown(),
      v.transform((value) => parseParameter(name, value)),
    ),
    RULE_PARAMETERS[name].default,
  );

/** The command line gives texts, cdk.json gives what JSON has: both are taken. */
const Settings = v.strictObject({
  ruleName: v.optional(
    v.pipe(v.string(RULE_NAME), v.regex(/^[\w-]{1,64}$/, RULE_NAME)),
    'iam-user-single-access-key',
  ),
  triggers: v.optional(oneOf(['hybrid', 'schedule']), 'hybrid'),
  // Config bills each user of each sweep: about $0.03 a user and month at this one, $0.72 at One_Hour until the price falls with the number.
  frequency: v.optional(oneOf(FREQUENCIES), 'TwentyFour_Hours'),
  maxActiveAccessKeys: ruleParameter('maxActiveAccessKeys'),
  minimumIdleDays: ruleParameter('minimumIdleDays'),
  automaticRemediation: v.optional(
    v.pipe(
      v.union([v.boolean(), v.picklist(['true', 'false'])], 'true or false'),
      v.transform((value) => String(value) === 'true'),
    ),
    false,
  ),
  logRetentionDays: v.optional(
    v.pipe(
      v.picklist(
        [...RETENTION_DAYS, ...RETENTION_DAYS.map(String)],
        `one of ${RETENTION_DAYS.join(', ')}`,
      ),
      v.transform((days): RetentionDays => Number(days)),
    ),
    RetentionDays.THREE_MONTHS,
  ),
});

/**
 * What a deployment decides.
 *
 * `ruleName`              name of the Config rule, at most 64 characters
 * `triggers`              `hybrid`: changes of a user and a schedule; `schedule`: the schedule only
 * `frequency`             how often the schedule evaluates the whole account
 * `maxActiveAccessKeys`, `minimumIdleDays`  the parameters of the rule, see `RULE_PARAMETERS`
 * `automaticRemediation`  whether Config starts the runbook by itself
 * `logRetentionDays`      days that the log groups keep what the functions logged
 */
export type Settings = v.InferOutput<typeof Settings>;

/** The settings of a deployment that gives none. */
export const DEFAULT_SETTINGS: Settings = v.parse(Settings, {});

const describeIssue = (issue: v.BaseIssue<unknown>): string => {
  const name = v.getDotPath(issue);
  if (issue.type === 'strict_object') {
    const known = Object.keys(Settings.entries).join(', ');
    return `unknown setting ${JSON.stringify(name)}, expected ${known}`;
  }
  return `${name} must be ${issue.message}, got ${JSON.stringify(issue.input)}`;
};

/**
 * Reads the settings from CDK context (`-c frequency=One_Hour`, or `context` in cdk.json).
 *
 * Keys with a character that no setting has, such as `@aws-cdk/core:…`, belong to CDK.
 *
 * @throws {InvalidSettingError} names the first unknown setting and every value that is not allowed
 * @throws {InvalidParameterError} when a rule parameter is not within its bounds
 * @see https://docs.aws.amazon.com/cdk/v2/guide/context.html
 */
export const parseSettings = (context: Readonly<Record<string, unknown>>): Settings => {
  const ours = Object.entries(context).filter(([name]) => /^\w+$/.test(name));
  const parsed = v.safeParse(Settings, Object.fromEntries(ours));
  if (parsed.success) return parsed.output;
  throw new InvalidSettingError(parsed.issues.map(describeIssue).join('; '));
};
