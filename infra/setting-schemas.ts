import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { parseExemptionTag, parseParameter, RULE_PARAMETERS } from '../rule/parameters.ts';

// The command line gives texts, cdk.json gives what JSON has: every setting takes both.

/** One of these texts. */
export const oneOf = <const Options extends readonly string[]>(
  options: Options,
  standard: Options[number],
) => v.optional(v.picklist(options, `one of ${options.join(', ')}`), standard);

/** `true` or `false`. */
export const yesOrNo = (standard: boolean) =>
  v.optional(
    v.pipe(
      v.union([v.boolean(), v.picklist(['true', 'false'])], 'true or false'),
      v.transform((value) => String(value) === 'true'),
    ),
    standard,
  );

/** A parameter of the rule, within its bounds. */
export const ruleParameter = (name: keyof typeof RULE_PARAMETERS) =>
  v.optional(
    v.pipe(
      v.unknown(),
      v.transform((value) => parseParameter(name, value)),
    ),
    RULE_PARAMETERS[name].default,
  );

/** The key of the tag that exempts a user, or nothing. */
export const exemptionTag = v.optional(v.pipe(v.unknown(), v.transform(parseExemptionTag)));

// Config allows 128 characters, but GetComplianceDetailsByConfigRule takes no more than 64.
const RULE_NAME = '1 to 64 letters, digits, - and _';

/** The name of a Config rule. */
export const ruleName = (standard: string) =>
  v.optional(v.pipe(v.string(RULE_NAME), v.regex(/^[\w-]{1,64}$/, RULE_NAME)), standard);

// Neither an alarm nor the runbook can publish to a FIFO topic.
const TOPIC_ARN = 'the ARN of a standard SNS topic';

/** The ARN of an SNS topic, or nothing. */
export const topicArn = v.optional(
  v.pipe(v.string(TOPIC_ARN), v.regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/, TOPIC_ARN)),
);

/** What CloudWatch Logs can keep, in days; without end is no retention. */
const RETENTION_DAYS = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

/** Days that logs are kept. */
export const retentionDays = (standard: RetentionDays) =>
  v.optional(
    v.pipe(
      v.picklist(
        [...RETENTION_DAYS, ...RETENTION_DAYS.map(String)],
        `one of ${RETENTION_DAYS.join(', ')}`,
      ),
      v.transform((days): RetentionDays => Number(days)),
    ),
    standard,
  );
