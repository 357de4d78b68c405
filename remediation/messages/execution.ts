import * as v from 'valibot';
import { Json } from '../../rule/input/parse.ts';

/** Who started an execution and who approved it, each in one word or as a list of words. */
export type People = { readonly starter: string; readonly approvers: string };

/** What a message says if Systems Manager does not say who it was: the key has changed nevertheless. */
export const UNKNOWN: People = { starter: 'unknown', approvers: 'unknown' };

/** The maximum length of a principal in a message. IAM allows an ARN of about 650 characters. */
const LONGEST_PRINCIPAL = 700;
const MAXIMUM_APPROVERS = 10;

/** A caller chooses parts of its ARN, such as the name of its session. A message shows it as one word of ASCII. */
const Principal = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.transform((text) => text.replace(/[^!-~]/gu, '?').slice(0, LONGEST_PRINCIPAL)),
);

const Decision = v.object({ Approver: Principal, Decision: v.string() });

/** AWS documents a list of maps, but not whether each map or the list is one text. */
const Approvers = v.pipe(
  v.array(v.pipe(Json, v.union([v.array(Decision), Decision]))),
  v.transform((decisions) =>
    decisions.flat().flatMap((one) => (one.Decision === 'Approve' ? [one.Approver] : [])),
  ),
  v.nonEmpty(),
  v.transform((approvers) => approvers.slice(0, MAXIMUM_APPROVERS).join(', ')),
);

const Starter = v.object({ ExecutedBy: Principal });

const Steps = v.object({
  StepExecutions: v.array(
    v.looseObject({ StepName: v.string(), Outputs: v.optional(v.unknown()) }),
  ),
  StepExecutionsTruncated: v.optional(v.boolean(), false),
});

const Approved = v.object({ ApproverDecisions: Approvers });

const readApprovers = (execution: unknown): string => {
  const steps = v.safeParse(Steps, execution);
  if (!steps.success) return UNKNOWN.approvers;
  const approval = steps.output.StepExecutions.find(({ StepName }) => StepName === 'Approve');
  if (approval === undefined)
    return steps.output.StepExecutionsTruncated ? UNKNOWN.approvers : 'not required';
  const approved = v.safeParse(Approved, approval.Outputs);
  return approved.success ? approved.output.ApproverDecisions : UNKNOWN.approvers;
};

/**
 * Reads who started and who approved an execution from what GetAutomationExecution returns. What is missing or has
 * another shape is unknown.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html
 */
export const readPeople = (execution: unknown): People => {
  const starter = v.safeParse(Starter, execution);
  return {
    starter: starter.success ? starter.output.ExecutedBy : UNKNOWN.starter,
    approvers: readApprovers(execution),
  };
};
