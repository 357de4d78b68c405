import type { Step } from './content.ts';
import { problem, repeated } from './problem.ts';

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html */
const MOST_APPROVERS = 10;
const LONGEST_MESSAGE = 4096;

/** Whether an approval can be given: by whom, by how many, told where. */
export const approvalProblems = ({ name, inputs }: Step): readonly string[] => {
  const approvers = Array.isArray(inputs['Approvers']) ? inputs['Approvers'].map(String) : [];
  const { MinRequiredApprovals: needed, NotificationArn: topic } = inputs;
  const message = String(inputs['Message']);
  const isNeeded = typeof needed !== 'number' || (needed >= 1 && needed <= approvers.length);
  const isTopic =
    topic === undefined || /^arn:[\w-]+:sns:[\w-]+:\d{12}:Automation[\w-]*$/.test(String(topic));
  const at = (input: string) => `${name}.inputs.${input}`;
  return [
    ...(approvers.length >= 1 && approvers.length <= MOST_APPROVERS
      ? []
      : [problem(at('Approvers'), `1 to ${MOST_APPROVERS} principals`, approvers)]),
    ...repeated(approvers).map((who) => problem(at('Approvers'), 'unique principals', who)),
    ...(isNeeded ? [] : [problem(at('MinRequiredApprovals'), `1 to ${approvers.length}`, needed)]),
    ...(isTopic
      ? []
      : [problem(at('NotificationArn'), 'a topic whose name starts with Automation', topic)]),
    ...(message.length <= LONGEST_MESSAGE
      ? []
      : [problem(at('Message'), `at most ${LONGEST_MESSAGE} characters`, message.length)]),
  ];
};
