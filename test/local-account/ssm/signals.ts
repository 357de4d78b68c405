import * as v from 'valibot';
import { identityOf } from '../cloudtrail/record.ts';
import { operation, ServiceError } from '../dispatch.ts';
import type { Automation } from './automation.ts';
import type { AutomationDeps } from './context.ts';

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendAutomationSignal.html */
const Send = v.strictObject({
  AutomationExecutionId: v.pipe(v.string(), v.length(36)),
  SignalType: v.picklist(['Approve', 'Reject', 'StartStep', 'StopStep', 'Resume', 'Revoke']),
  Payload: v.optional(
    v.pipe(
      v.record(
        v.pipe(v.string(), v.minLength(1), v.maxLength(50)),
        v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(512))), v.maxLength(50)),
      ),
      v.minEntries(1),
      v.maxEntries(200),
    ),
  ),
});
type Signal = v.InferOutput<typeof Send>;

const Comments = v.strictObject({ Comment: v.optional(v.pipe(v.array(v.string()), v.length(1))) });

const invalidSignal = (message: string) =>
  new ServiceError('InvalidAutomationSignalException', message);

/** The signals that are no decision name a step; none of the actions here could be told to. */
const refuseOther = ({ SignalType, Payload = {} }: Signal, names: readonly string[]): never => {
  const [StepName = ''] = Payload['StepName'] ?? [];
  if (['StartStep', 'Resume'].includes(SignalType) && !names.includes(StepName)) {
    const message = `expected one of the steps ${names.join(', ')}, got ${JSON.stringify(StepName)}`;
    throw new ServiceError('AutomationStepNotFoundException', message);
  }
  throw invalidSignal(`expected Approve or Reject, got ${SignalType}`);
};

const commentOf = (Payload: unknown) => {
  const parsed = v.safeParse(Comments, Payload ?? {});
  if (parsed.success) return parsed.output.Comment?.[0];
  throw invalidSignal(`expected a Payload of one Comment, got ${JSON.stringify(Payload)}`);
};

/** A role by its ARN or its session's, a user by name or ARN. */
const callerOf = (principal: string, deps: AutomationDeps) => {
  const { arn } = identityOf(principal, deps.now(), deps).userIdentity;
  const role = deps.roles.byName.get(principal);
  return { arn, names: [arn, role?.Arn ?? principal] };
};

/**
 * SendAutomationSignal, as far as it decides about an approval.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendAutomationSignal.html
 */
export const sendAutomationSignal = (deps: AutomationDeps, automation: Automation) =>
  operation(Send, (signal, principal) => {
    const { AutomationExecutionId: id, SignalType, Payload } = signal;
    const { StepExecutions } = automation.execution(id);
    if (SignalType !== 'Approve' && SignalType !== 'Reject')
      return refuseOther(
        signal,
        StepExecutions.map(({ StepName }) => StepName),
      );
    const Comment = commentOf(Payload);
    const approval = automation.approval(id);
    if (approval === undefined || approval.decided.aborted)
      throw invalidSignal(`${id} does not wait for an approval`);
    const { arn, names } = callerOf(principal, deps);
    if (!approval.isAskedOf(names)) throw invalidSignal(`${arn} is not one of the approvers`);
    const ApprovalDecisionTime = deps.now().toISOString();
    approval.decide({ Approver: arn, Decision: SignalType, ApprovalDecisionTime, Comment });
    return {};
  });
