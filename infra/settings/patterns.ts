import * as v from 'valibot';
import { RULE_PARAMETERS } from '../../rule/evaluation/parameters.ts';
import { type Parameter, type Pattern, textLike } from '../../rule/input/parameter.ts';

/** The name of a Config rule: AWS Config allows 128 characters, but GetComplianceDetailsByConfigRule takes at most 64. */
export const RULE_NAME: Pattern = {
  pattern: '[\\w-]{1,64}',
  expected: '1 to 64 letters, digits, - and _',
};

/** The key of a tag, as the rules accept it. */
export const TAG_KEY: Pattern = {
  pattern: RULE_PARAMETERS.exemptionTagKey.pattern,
  expected: RULE_PARAMETERS.exemptionTagKey.expected,
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

/** The approvers that a request for approval may have. */
export const MAXIMUM_APPROVERS = 10;

/**
 * The name of a user, or the ARN of a user, a role or a role session.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html
 */
const approver = (characters: string): string => {
  const ofIam = `iam::\\d{12}:(user|role)/[/${characters}]{1,576}`;
  const ofSts = `sts::\\d{12}:assumed-role/[${characters}]{1,64}/[${characters}]{2,64}`;
  return `([${characters}]{1,64}|arn:[\\w-]+:(${ofIam}|${ofSts}))`;
};

const inText = approver('\\w+=.@-');

/** Approvers in one text. A name that contains a comma is possible only in a list. */
const APPROVERS: Pattern = {
  pattern: `${inText}(,${inText}){0,${MAXIMUM_APPROVERS - 1}}`,
  expected:
    '1 to 10 names of IAM users, or ARNs of IAM users, roles or role sessions, separated by commas',
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
  const schema = v.pipe(
    listOrText,
    v.array(Approver),
    v.minLength(1),
    v.maxLength(MAXIMUM_APPROVERS),
  );
  return { ...own, ...APPROVERS, default: undefined, isList: true, schema };
};
