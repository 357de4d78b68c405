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

/** A deployed Automation document. */
export type RunbookDocument = {
  readonly schemaVersion: string;
  readonly description: string;
  readonly assumeRole: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly outputs: readonly string[];
  readonly mainSteps: readonly Step[];
};

/** The documents by file name. */
export type RunbookFile =
  | 'deactivate-access-key'
  | 'reactivate-access-key'
  | 'delete-inactive-access-key';

/** Reads a document as the stack deploys it, with or without approvers. */
export const readRunbook = (file: RunbookFile, approvers?: readonly string[]): RunbookDocument =>
  readDocument(`${REPOSITORY}remediation/runbooks/${file}.yaml`, {
    values: {
      PlannerFunctionName: '${PlannerFunctionName}',
      DeleteCommand: '${DeleteCommand}',
      ConfigRuleName:
        file === 'delete-inactive-access-key'
          ? 'iam-user-inactive-access-key'
          : 'iam-user-single-access-key',
      NotificationTopicArn: '',
      Approvers: approvers,
      ApprovalTopicArn: approvers && 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals',
    },
    options: { Approval: approvers !== undefined },
  }) as unknown as RunbookDocument;
