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
