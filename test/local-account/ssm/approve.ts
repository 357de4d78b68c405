import * as v from 'valibot';
import { wholeNumber } from '../request.ts';
import { type Action, type ActionContext, StepFailed, StepTimedOut } from './action.ts';
import { callApi } from './api.ts';
import { createApproval } from './execution.ts';

const DAY_IN_SECONDS = 86_400;

/** The name of a user, or the ARN of a user, a role or a role session. */
const Approver = v.pipe(
  v.string(),
  v.regex(
    /^([\w+=,.@-]{1,64}|arn:[\w-]+:(iam::\d{12}:(user|role)|sts::\d{12}:assumed-role)\/.+)$/,
    'expected the name of a user, or the ARN of a user or role',
  ),
);
/** A number as text, which CloudFormation makes of a parameter. */
const Digits = v.pipe(v.string(), v.regex(/^[1-9]\d*$/), v.transform(Number));
const Inputs = v.pipe(
  v.strictObject({
    Approvers: v.pipe(v.array(Approver), v.minLength(1), v.maxLength(10)),
    NotificationArn: v.optional(
      v.pipe(
        v.string(),
        v.regex(
          /^arn:[\w-]+:sns:[\w-]+:\d{12}:Automation[\w-]*$/,
          'expected a topic whose name starts with Automation',
        ),
      ),
    ),
    Message: v.optional(v.pipe(v.string(), v.maxLength(4096))),
    MinRequiredApprovals: v.optional(v.union([wholeNumber(1), Digits]), 1),
  }),
  v.check(
    ({ Approvers, MinRequiredApprovals }) => MinRequiredApprovals <= Approvers.length,
    'expected a MinRequiredApprovals of at most the number of Approvers',
  ),
);

/** Publishes the request for approval. AWS does not document its text: it is the step's message and a command here. */
const requestApproval = async (
  { NotificationArn, Message }: v.InferOutput<typeof Inputs>,
  context: ActionContext,
) => {
  if (NotificationArn === undefined) return;
  const command = `aws ssm send-automation-signal --automation-execution-id ${context.executionId} --signal-type Approve`;
  const input = {
    TopicArn: NotificationArn,
    Subject: 'An automation waits for your approval',
    Message: [Message, `To approve, or with Reject to reject:\n${command}`]
      .filter(Boolean)
      .join('\n\n'),
  };
  await callApi(context, { service: 'sns', operation: 'Publish', input });
};

/**
 * aws:approve: waits until enough approvers approve or one rejects, 7 days by default, 30 at most. AWS does not document
 * whether a rejection fails the step; the setting `failsOnRejection` decides.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html
 */
export const approve: Action = {
  inputs: Inputs,
  outputs: { ApprovalStatus: 'String', ApproverDecisions: 'MapList' },
  maxSeconds: 30 * DAY_IN_SECONDS,
  defaultSeconds: 7 * DAY_IN_SECONDS,
  onlyRests: true,
  run: async (given, context) => {
    const inputs = v.parse(Inputs, given);
    await requestApproval(inputs, context);
    const approval = createApproval(inputs);
    await context.waitFor(approval, context.timeoutSeconds * 1000);
    const response = approval.outputs();
    if (response.ApprovalStatus === 'Waiting') throw new StepTimedOut();
    if (response.ApprovalStatus === 'Approved' || !context.settings.failsOnRejection)
      return { response };
    throw new StepFailed('The approval request was rejected', response);
  },
};
