import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { createAutomation } from './automation.ts';
import type { AutomationDeps } from './context.ts';
import { createDocuments } from './documents.ts';
import { sendAutomationSignal } from './signals.ts';

const DocumentVersion = v.optional(v.picklist(['$DEFAULT', '$LATEST', '1']));
const DocumentName = v.pipe(v.string(), v.regex(/^[\w.-]{3,128}$/));
const Uuid = v.pipe(v.string(), v.uuid());

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
const Start = v.strictObject({
  DocumentName,
  DocumentVersion,
  Parameters: v.optional(
    v.pipe(
      v.record(
        v.pipe(v.string(), v.minLength(1), v.maxLength(50)),
        v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(512))), v.maxLength(50)),
      ),
      v.maxEntries(200),
    ),
    {},
  ),
  ClientToken: v.optional(Uuid),
  Mode: v.optional(v.literal('Auto'), 'Auto'),
});

type StartRequest = Pick<v.InferOutput<typeof Start>, 'DocumentName' | 'Parameters'>;

/** A token that comes again stands for the execution that it started, if it asks for the same. */
const createClientTokens = () => {
  const started = new Map<string, { request: StartRequest; id: string }>();
  return (ClientToken: string | undefined, request: StartRequest, start: () => string) => {
    const before = started.get(ClientToken ?? '');
    if (before !== undefined && !isDeepStrictEqual(before.request, request)) {
      const message = `ClientToken ${ClientToken} was given with other parameters before`;
      throw new ServiceError('IdempotentParameterMismatch', message);
    }
    const id = before?.id ?? start();
    if (ClientToken !== undefined) started.set(ClientToken, { request, id });
    return id;
  };
};

/** Systems Manager of one account and Region: Automation documents and their executions. */
export const createSsm = (deps: AutomationDeps) => {
  const documents = createDocuments(deps);
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
    return { AutomationExecutionId: once(ClientToken, request, () => start(request, principal)) };
  });
  const GetAutomationExecution = operation(
    v.strictObject({ AutomationExecutionId: v.pipe(v.string(), v.length(36)) }),
    (input) => ({ AutomationExecution: automation.execution(input.AutomationExecutionId) }),
  );
  const DescribeDocument = operation(
    v.strictObject({ Name: DocumentName, DocumentVersion }),
    ({ Name }) => ({ Document: documents.describe(Name) }),
  );

  return {
    ...automation,
    operations: {
      StartAutomationExecution,
      GetAutomationExecution,
      SendAutomationSignal: sendAutomationSignal(deps, automation),
      DescribeDocument,
    },
    documents,
  };
};
