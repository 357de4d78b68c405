import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { identityOf } from '../cloudtrail/record.ts';
import { operation, ServiceError } from '../dispatch.ts';
import type { AutomationDeps } from './action.ts';
import { createDocuments } from './documents.ts';
import { type Automation, createAutomation } from './executions.ts';
import { describeAutomationExecutions } from './list-executions.ts';

const DocumentVersion = v.optional(v.picklist(['$DEFAULT', '$LATEST', '1']));
const DocumentName = v.pipe(v.string(), v.regex(/^[\w.-]{3,128}$/));
/** Lists of texts by name, which the API takes as parameters and as the payload of a signal. */
const TextLists = v.pipe(
  v.record(
    v.pipe(v.string(), v.minLength(1), v.maxLength(50)),
    v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(512))), v.maxLength(50)),
  ),
  v.maxEntries(200),
);
const Uuid = v.pipe(v.string(), v.uuid());

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
const Start = v.strictObject({
  DocumentName,
  DocumentVersion,
  Parameters: v.optional(TextLists, {}),
  ClientToken: v.optional(Uuid),
  Mode: v.optional(v.literal('Auto'), 'Auto'),
});

type StartRequest = Pick<v.InferOutput<typeof Start>, 'DocumentName' | 'Parameters'>;

/** Returns the same execution for the same ClientToken, and refuses the token for another request. */
const createClientTokens = () => {
  const started = new Map<string, { request: StartRequest; id: string }>();
  return (ClientToken: string | undefined, request: StartRequest, start: () => string) => {
    const before = started.get(ClientToken ?? '');
    if (before !== undefined && !isDeepStrictEqual(before.request, request)) {
      const message = `ClientToken ${ClientToken} was already used for another request`;
      throw new ServiceError('IdempotentParameterMismatch', message);
    }
    const id = before?.id ?? start();
    if (ClientToken !== undefined) started.set(ClientToken, { request, id });
    return id;
  };
};

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendAutomationSignal.html */
const Send = v.strictObject({
  AutomationExecutionId: v.pipe(v.string(), v.length(36)),
  SignalType: v.picklist(['Approve', 'Reject', 'StartStep', 'StopStep', 'Resume', 'Revoke']),
  Payload: v.optional(v.pipe(TextLists, v.minEntries(1))),
});
type Signal = v.InferOutput<typeof Send>;

const Comments = v.strictObject({ Comment: v.optional(v.pipe(v.array(v.string()), v.length(1))) });

const invalidSignal = (message: string) =>
  new ServiceError('InvalidAutomationSignalException', message);

/** Refuses a signal that is not a decision. No action of the simulated account accepts one. */
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

/**
 * Returns the ARN of a caller, and the names that it may have as an approver: a role's ARN or its session's ARN, a user's
 * name or ARN.
 */
const callerOf = (principal: string, deps: AutomationDeps) => {
  const { arn } = identityOf(principal, deps.now(), deps).userIdentity;
  const role = deps.roles.byName.get(principal);
  return { arn, names: [arn, role?.Arn ?? principal] };
};

/**
 * SendAutomationSignal, limited to decisions about approvals.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendAutomationSignal.html
 */
const sendAutomationSignal = (deps: AutomationDeps, automation: Automation) =>
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
    if (!approval.hasApprover(names)) throw invalidSignal(`${arn} is not one of the approvers`);
    const ApprovalDecisionTime = deps.now().toISOString();
    approval.decide({ Approver: arn, Decision: SignalType, ApprovalDecisionTime, Comment });
    return {};
  });

/** Creates Systems Manager of one account and Region, with Automation documents and their executions. */
export const createSsm = (deps: AutomationDeps & { readonly pageSize?: number | undefined }) => {
  const documents = createDocuments();
  const automation = createAutomation(deps);
  const once = createClientTokens();

  const start = ({ DocumentName, Parameters }: StartRequest, ExecutedBy: string) => {
    const document = documents.find(DocumentName);
    if (document === undefined) {
      const message = `Automation document ${JSON.stringify(DocumentName)} does not exist`;
      throw new ServiceError('AutomationDefinitionNotFoundException', message);
    }
    const request = { DocumentName, Parameters, ExecutedBy, document: document.content };
    return automation.start(request);
  };

  const StartAutomationExecution = operation(Start, ({ ClientToken, ...input }, principal) => {
    const { DocumentName, Parameters } = input;
    const request = { DocumentName, Parameters };
    const { arn } = callerOf(principal, deps);
    return { AutomationExecutionId: once(ClientToken, request, () => start(request, arn)) };
  });
  const GetAutomationExecution = operation(
    v.strictObject({ AutomationExecutionId: v.pipe(v.string(), v.length(36)) }),
    (input) => ({ AutomationExecution: automation.execution(input.AutomationExecutionId) }),
  );
  return {
    ...automation,
    operations: {
      StartAutomationExecution,
      GetAutomationExecution,
      DescribeAutomationExecutions: describeAutomationExecutions(
        automation.all,
        deps.pageSize ?? Number.POSITIVE_INFINITY,
      ),
      SendAutomationSignal: sendAutomationSignal(deps, automation),
    },
    documents,
  };
};
