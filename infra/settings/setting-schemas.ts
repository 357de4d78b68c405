import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { type Parameter, tagKey } from '../../rule/input/parameter.ts';
import {
  APPROVAL_TOPIC_ARN,
  APPROVER,
  APPROVERS,
  type Pattern,
  RULE_NAME,
  SINK_ARN,
  TOPIC_ARN,
} from './setting-patterns.ts';

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
export const exemptionTag = v.optional(given('exemptionTag', tagKey));

const text = ({ pattern, expected }: Pattern) =>
  v.pipe(v.string(expected), v.regex(new RegExp(`^${pattern}$`), expected));

/** The name of a Config rule. */
export const ruleName = (standard: string) => v.optional(text(RULE_NAME), standard);

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
