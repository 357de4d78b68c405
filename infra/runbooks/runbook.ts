import { Stack } from 'aws-cdk-lib';
import type { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { REPOSITORY } from '../functions/bundle.ts';
import { allowOnUsers, serviceOfThisAccount } from '../functions/permissions.ts';
import { type DocumentInput, readDocument } from './document.ts';
import type { Planner } from './planner.ts';

/** The approvers of a runbook. */
type Approval = {
  /** 1 to 10 names of IAM users, or ARNs of IAM users, roles or role sessions. */
  readonly approvers: readonly string[];
  /** How many of the approvers must approve. */
  readonly minRequiredApprovals: number;
  /**
   * ARN of the SNS topic that notifies the approvers. Its name starts with `Automation`.
   * @default - no topic; approvers find the request in Systems Manager
   */
  readonly topicArn?: string | undefined;
};

/** The properties of a runbook. */
type RunbookProps = {
  /** The path of the document from the root of this repository. */
  readonly document: string;
  /** The planner function. Its name replaces `${PlannerFunctionName}` in the document. */
  readonly planner: Planner;
  /**
   * Further values for placeholders of the document, by name.
   * @default - none
   */
  readonly values?: DocumentInput['values'];
  /** The rule whose parameters the runbook uses, and which it evaluates again after its change. */
  readonly configRule: CfnConfigRule;
  /** The IAM actions that the steps of the document call. */
  readonly userActions: readonly string[];
  /**
   * Who must approve before the runbook writes.
   * @default - no approval
   */
  readonly approval?: Approval | undefined;
  /**
   * The queue that gets a message about each write of the runbook.
   * @default - no messages
   */
  readonly messageQueue?: IQueue | undefined;
};

/**
 * An SSM Automation runbook with the role that its executions assume.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
 */
export class Runbook extends Construct {
  /** The document in Systems Manager. CloudFormation generates its name. */
  readonly document: CfnDocument;
  /** The role that executions assume. */
  readonly automationRole: Role;
  /** The AWS CLI command that starts the runbook. Append `,Name=value` to pass a parameter. */
  readonly startCommand: string;

  constructor(scope: Construct, id: string, props: RunbookProps) {
    super(scope, id);
    const { planner, values, approval, configRule } = props;

    this.automationRole = this.createRole(props);
    this.document = new CfnDocument(this, 'Document', {
      content: readDocument(`${REPOSITORY}${props.document}`, {
        values: {
          ...values,
          PlannerFunctionName: planner.function.functionName,
          // The name, because a reference would be circular: the rule's function refers to the documents.
          ConfigRuleName: configRule.configRuleName,
          MessageQueueUrl: props.messageQueue?.queueUrl ?? '',
          Approvers: approval?.approvers,
          MinRequiredApprovals: approval?.minRequiredApprovals,
          ApprovalTopicArn: approval?.topicArn,
        },
        options: { Approval: approval !== undefined },
      }),
      documentType: 'Automation',
      documentFormat: 'YAML',
      targetType: '/',
      // Each change creates a new document with a new name: docs/decisions/0002.
      updateMethod: 'Replace',
    });
    // An execution may start at once, so the role must have its permissions first.
    this.document.node.addDependency(this.automationRole);
    const parameters = `AutomationAssumeRole=${this.automationRole.roleArn},ConfigRuleName=${configRule.ref}`;
    this.startCommand = `aws ssm start-automation-execution --region ${Stack.of(this).region} --document-name ${this.document.ref} --parameters ${parameters}`;
  }

  private createRole(props: RunbookProps): Role {
    const { planner, configRule, userActions, messageQueue, approval } = props;
    const executions = Stack.of(this).formatArn({
      service: 'ssm',
      resource: 'automation-execution',
      resourceName: '*',
    });
    const role = new Role(this, 'AutomationRole', {
      assumedBy: serviceOfThisAccount(this, 'ssm.amazonaws.com', {
        ArnLike: { 'aws:SourceArn': executions },
      }),
    });
    const { functionArn } = planner.function;
    const allow = (action: string, resource: string) =>
      role.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));

    allow('lambda:InvokeFunction', functionArn);
    allow('config:StartConfigRulesEvaluation', configRule.attrArn);
    if (approval?.topicArn !== undefined) allow('sns:Publish', approval.topicArn);
    if (messageQueue !== undefined) allow('sqs:SendMessage', messageQueue.queueArn);
    // IAM has no condition key for the status that UpdateAccessKey sets. The document determines it.
    allowOnUsers(role, userActions);
    return role;
  }
}
