import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { type Parameter, tagKey } from '../rule/parameter.ts';

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

const given = <Value>(name: string, { parse }: Parameter<Value>) =>
  v.pipe(
    v.unknown(),
    v.transform((value) => parse(name, value)),
  );

/** A parameter of a rule, within its bounds. */
export const ruleParameter = <Value extends number | boolean>(
  name: string,
  parameter: Parameter<Value>,
) => v.optional(given(name, parameter), parameter.default);

/** The key of the tag that exempts a user, or nothing. */
export const exemptionTag = v.optional(given('exemptionTag', tagKey));

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

const APPROVAL_TOPIC_ARN = `${TOPIC_ARN} whose name starts with Automation`;

/** The ARN of a topic that Systems Manager asks for an approval, or nothing. */
export const approvalTopicArn = v.optional(
  v.pipe(
    v.string(APPROVAL_TOPIC_ARN),
    v.regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:Automation[\w-]{0,246}$/, APPROVAL_TOPIC_ARN),
  ),
);

const APPROVERS = '1 to 10 names of IAM users, or ARNs of IAM users or roles, with commas between';

/** Who is asked for an approval, or nobody; a name with a comma in it needs a list. */
export const approvers = v.optional(
  v.pipe(
    v.union(
      [
        v.pipe(
          v.string(),
          v.transform((text) => text.split(',')),
        ),
        v.array(v.string()),
      ],
      APPROVERS,
    ),
    v.check(
      (names) =>
        names.length >= 1 &&
        names.length <= 10 &&
        names.every((name) =>
          /^([\w+=,.@-]{1,64}|arn:[\w-]+:iam::\d{12}:(user|role)\/[\w+=,.@/-]{1,576})$/.test(name),
        ),
      APPROVERS,
    ),
  ),
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
