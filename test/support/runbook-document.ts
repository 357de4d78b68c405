import { REPOSITORY } from '../../infra/functions/bundle.ts';
import { readDocument } from '../../infra/runbooks/document.ts';

/** A step of a document. */
export type Step = {
  readonly name: string;
  readonly action: string;
  readonly description: string;
  readonly nextStep?: string;
  readonly onFailure: string;
  readonly isEnd?: boolean;
  readonly isCritical?: boolean;
  readonly timeoutSeconds?: number;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs?: readonly { Name: string; Selector: string; Type: string }[];
};

/** A parameter of a document. */
export type Parameter = {
  readonly type: string;
  readonly description: string;
  readonly default?: string;
  readonly allowedPattern?: string;
  readonly allowedValues?: readonly string[];
};

/** A document as the stack deploys it. */
export type RunbookDocument = {
  readonly schemaVersion: string;
  readonly description: string;
  readonly assumeRole: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly outputs: readonly string[];
  readonly mainSteps: readonly Step[];
};

/** The files of the documents. */
export type RunbookFile =
  | 'deactivate-access-key'
  | 'reactivate-access-key'
  | 'delete-inactive-access-key';

/** The queue of the messages of the documents. */
export const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/messages';

/** Reads a document as the stack deploys it. Names that the deployment adds stay as placeholders. */
export const readRunbook = (file: RunbookFile, approvers?: readonly string[]): RunbookDocument =>
  readDocument(`${REPOSITORY}remediation/runbooks/${file}.yaml`, {
    values: {
      PlannerFunctionName: '${PlannerFunctionName}',
      InactiveConfigRuleName: 'iam-user-inactive-access-key',
      ConfigRuleName:
        file === 'delete-inactive-access-key'
          ? 'iam-user-inactive-access-key'
          : 'iam-user-single-access-key',
      MessageQueueUrl: QUEUE_URL,
      Approvers: approvers,
      MinRequiredApprovals: approvers && 2,
      ApprovalTopicArn: approvers && 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals',
    },
    options: { Approval: approvers !== undefined },
  }) as unknown as RunbookDocument;

const APPROVERS = ['alice', 'arn:aws:iam::123456789012:role/on-call'];
const PLAN_AGAIN = ['PlanAgain', 'ReadPlanAgain'];
const APPROVE = ['Approve', 'ReadApproval'];

/** A runbook and the expected content of its document. */
export type Runbook = {
  readonly title: string;
  readonly file: RunbookFile;
  readonly approvers?: readonly string[];
  /** The outcome of a plan that leads to the write. */
  readonly act: 'Deactivate' | 'Reactivate' | 'Delete';
  readonly warning: 'DISRUPTIVE' | 'DESTRUCTIVE';
  readonly write: Readonly<Record<string, string>>;
  /** The status of the key that Verify expects. */
  readonly expected: string;
  /** The steps between the decision and the write. */
  readonly before: readonly string[];
  /** The parameter that only this document has. */
  readonly parameter: string;
  readonly rule: string;
};

const DEACTIVATE = {
  file: 'deactivate-access-key',
  act: 'Deactivate',
  warning: 'DISRUPTIVE',
  write: { Api: 'UpdateAccessKey', Status: 'Inactive' },
  expected: 'Inactive',
  parameter: 'MinimumIdleDays',
  rule: 'iam-user-single-access-key',
} as const;
const DELETE = {
  file: 'delete-inactive-access-key',
  act: 'Delete',
  warning: 'DESTRUCTIVE',
  write: { Api: 'DeleteAccessKey' },
  expected: 'not listed',
  parameter: 'MinimumInactiveDays',
  rule: 'iam-user-inactive-access-key',
} as const;

/** The three runbooks, with and without approval. */
export const RUNBOOKS: readonly Runbook[] = [
  { ...DEACTIVATE, title: 'DeactivateAccessKey', before: [] },
  {
    ...DEACTIVATE,
    title: 'DeactivateAccessKey with approval',
    approvers: APPROVERS,
    before: [...APPROVE, ...PLAN_AGAIN],
  },
  {
    title: 'ReactivateAccessKey',
    file: 'reactivate-access-key',
    act: 'Reactivate',
    warning: 'DISRUPTIVE',
    write: { Api: 'UpdateAccessKey', Status: 'Active' },
    expected: 'Active',
    before: [],
    parameter: 'AllowSecondActiveKey',
    rule: 'iam-user-single-access-key',
  },
  { ...DELETE, title: 'DeleteInactiveAccessKey', before: ['Wait', ...PLAN_AGAIN] },
  {
    ...DELETE,
    title: 'DeleteInactiveAccessKey with approval',
    approvers: APPROVERS,
    before: ['Wait', ...APPROVE, ...PLAN_AGAIN],
  },
];

/** Reads the document of a runbook as the stack deploys it. */
export const documentOf = ({ file, approvers }: Runbook): RunbookDocument =>
  readRunbook(file, approvers);
