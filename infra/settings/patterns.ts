import * as v from 'valibot';
import { type Parameter, type Pattern, textLike } from '../../rule/input/parameter.ts';

/** The name of a Config rule: AWS Config allows 128 characters, but GetComplianceDetailsByConfigRule takes at most 64. */
export const RULE_NAME: Pattern = {
  pattern: '[\\w-]{1,64}',
  expected: '1 to 64 letters, digits, - and _',
};

/** The ARN of an SNS topic. Alarms and runbooks cannot publish to a FIFO topic. */
export const TOPIC_ARN: Pattern = {
  pattern: 'arn:[\\w-]+:sns:[\\w-]+:\\d{12}:[\\w-]{1,256}',
  expected: 'the ARN of a standard SNS topic',
};

/** The ARN of a topic for approvals: Systems Manager uses only topics with this prefix. */
export const APPROVAL_TOPIC_ARN: Pattern = {
  pattern: 'arn:[\\w-]+:sns:[\\w-]+:\\d{12}:Automation[\\w-]{0,246}',
  expected: `${TOPIC_ARN.expected} whose name starts with Automation`,
};

/** The ARN of a sink that receives the metrics of other accounts. */
export const SINK_ARN: Pattern = {
  pattern: 'arn:[\\w-]+:oam:[\\w-]+:\\d{12}:sink/[\\w-]{1,100}',
  expected: 'the ARN of a sink of CloudWatch Observability Access Manager',
};

const approver = (characters: string): string =>
  `([${characters}]{1,64}|arn:[\\w-]+:iam::\\d{12}:(user|role)/[/${characters}]{1,576})`;

const inText = approver('\\w+=.@-');

/** Approvers in one text. A name that contains a comma is possible only in a list. */
const APPROVERS: Pattern = {
  pattern: `${inText}(,${inText}){0,9}`,
  expected: '1 to 10 names of IAM users, or ARNs of IAM users or roles, separated by commas',
};

const Approver = textLike({ pattern: approver('\\w+=,.@-'), expected: APPROVERS.expected });

/** A list, which may also be one text with commas. */
export const listOrText = v.pipe(
  v.unknown(),
  v.transform((given) => (typeof given === 'string' ? given.split(',') : given)),
);

/** The approvers, as a list or as one text. */
export const approvers = (own: {
  readonly description: string;
}): Parameter<readonly string[] | undefined> & Pattern & { readonly isList: true } => {
  const schema = v.pipe(listOrText, v.array(Approver), v.minLength(1), v.maxLength(10));
  return { ...own, ...APPROVERS, default: undefined, isList: true, schema };
};
