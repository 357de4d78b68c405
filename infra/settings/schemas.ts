import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { type Parameter, tagKey } from '../../rule/input/parameter.ts';

/** What a text must be: a regular expression of the whole of it, which JavaScript and CloudFormation read alike, and in words. */
export type Pattern = { readonly pattern: string; readonly expected: string };

// Config allows 128 characters, but GetComplianceDetailsByConfigRule takes no more than 64.
export const RULE_NAME: Pattern = {
  pattern: '[\\w-]{1,64}',
  expected: '1 to 64 letters, digits, - and _',
};

// Neither an alarm nor the runbook can publish to a FIFO topic.
const STANDARD_TOPIC = 'the ARN of a standard SNS topic';

export const TOPIC_ARN: Pattern = {
  pattern: 'arn:[\\w-]+:sns:[\\w-]+:\\d{12}:[\\w-]{1,256}',
  expected: STANDARD_TOPIC,
};

/** Systems Manager asks for an approval by no other topic. */
export const APPROVAL_TOPIC_ARN: Pattern = {
  pattern: 'arn:[\\w-]+:sns:[\\w-]+:\\d{12}:Automation[\\w-]{0,246}',
  expected: `${STANDARD_TOPIC} whose name starts with Automation`,
};

/** Where the metrics of many accounts come together. */
export const SINK_ARN: Pattern = {
  pattern: 'arn:[\\w-]+:oam:[\\w-]+:\\d{12}:sink/[\\w-]{1,100}',
  expected: 'the ARN of a sink of CloudWatch Observability Access Manager',
};

const approver = (characters: string): string =>
  `([${characters}]{1,64}|arn:[\\w-]+:iam::\\d{12}:(user|role)/[/${characters}]{1,576})`;

const APPROVER_OF_LIST = approver('\\w+=.@-');

/** One who may approve. */
export const APPROVER: Pattern = {
  pattern: approver('\\w+=,.@-'),
  expected: 'the name of an IAM user, or the ARN of an IAM user or role',
};

/** Those who may approve, in one text; a name with a comma in it has no place there. */
export const APPROVERS: Pattern = {
  pattern: `${APPROVER_OF_LIST}(,${APPROVER_OF_LIST}){0,9}`,
  expected: '1 to 10 names of IAM users, or ARNs of IAM users or roles, with commas between',
};

/** Characters of a wrong value that an error message shows. */
const SHOWN_LENGTH = 200;

/** A wrong value, or name, as an error message shows it. */
export const describeGiven = (given: unknown): string =>
  String(JSON.stringify(given)).slice(0, SHOWN_LENGTH);

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
export const exemptionTagKey = v.optional(given('exemptionTagKey', tagKey));

const text = ({ pattern, expected }: Pattern) =>
  v.pipe(v.string(expected), v.regex(new RegExp(`^${pattern}$`), expected));

/** The name of a Config rule. */
export const configRuleName = (standard: string) => v.optional(text(RULE_NAME), standard);

/** The ARN of an SNS topic, or nothing. */
export const topicArn = v.optional(text(TOPIC_ARN));

/** The ARN of a topic that Systems Manager asks for an approval, or nothing. */
export const approvalTopicArn = v.optional(text(APPROVAL_TOPIC_ARN));

/** The ARN of a sink for metrics, or nothing. */
export const sinkArn = v.optional(text(SINK_ARN));

const ofOneText = v.pipe(
  v.string(),
  v.transform((names) => names.split(',')),
);

/** Who is asked for an approval, or nobody; a name with a comma in it needs a list. */
export const approvers = v.optional(
  v.pipe(
    v.union([ofOneText, v.array(v.string())], APPROVERS.expected),
    v.check(
      (names) =>
        names.length >= 1 &&
        names.length <= 10 &&
        names.every((name) => v.is(text(APPROVER), name)),
      APPROVERS.expected,
    ),
  ),
);

/** What CloudWatch Logs can keep, in days; without end is no retention. */
export const RETENTION_DAYS = Object.values(RetentionDays).filter(
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
