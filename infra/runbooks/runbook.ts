import { Stack } from 'aws-cdk-lib';
import type { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { REPOSITORY } from '../functions/bundle.ts';
import { allowOnUsers, serviceOfThisAccount } from '../functions/permissions.ts';
import { readDocument } from './document.ts';
import type { Planner } from './planner.ts';

/** Who is asked for an approval. */
export type Approval = {
  /** 1 to 10 names of IAM users, or ARNs of IAM users or roles; one of them must approve. */
  readonly approvers: readonly string[];
  /**
   * The topic that tells them; its name starts with `Automation`.
   * @default - none: they look into Systems Manager
   */
  readonly topicArn?: string | undefined;
};

/** What a runbook is made of. */
export type RunbookProps = {
  /** Path of the document, from the root of this repository. */
  readonly document: string;
  /** Stands in the document as `${PlannerFunctionName}`. */
  readonly planner: Planner;
  /**
   * What stands in the document beside the planner, the rule and the topics, by the placeholder's name.
   * @default - nothing
   */
  readonly values?: Readonly<Record<string, string>>;
  /** The rule whose parameters decide, and that the document evaluates again. */
  readonly configRule: CfnConfigRule;
  /** The actions on IAM users that the document's own steps call. */
  readonly userActions: readonly string[];
  /**
   * Who is asked before the document writes, where it has steps for that.
   * @default - nobody, and the steps are left out
   */
  readonly approval?: Approval | undefined;
  /**
   * The topic that the document tells what it did.
   * @default - none
   */
  readonly notificationTopicArn?: string | undefined;
};

/**
 * An SSM Automation runbook and the role with which its executions act.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
 */
export class Runbook extends Construct {
  /** The document in Systems Manager, under a name that CloudFormation makes. */
  readonly document: CfnDocument;
  /** The role with which its executions act. */
  readonly automationRole: Role;
  /** The AWS CLI command that starts it; `,Name=value` after it gives a further parameter. */
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
          // Its name, not a reference: the function of the rule knows the names of the documents.
          ConfigRuleName: configRule.configRuleName,
          NotificationTopicArn: props.notificationTopicArn ?? '',
          Approvers: approval?.approvers,
          ApprovalTopicArn: approval?.topicArn,
        },
        options: { Approval: approval !== undefined },
      }),
      documentType: 'Automation',
      documentFormat: 'YAML',
      targetType: '/',
      // A new document for each change, under a name of its own: docs/decisions/0002.
      updateMethod: 'Replace',
    });
    // An automatic remediation starts as soon as it can: the role must be able to act by then.
    this.document.node.addDependency(this.automationRole);
    const parameters = `AutomationAssumeRole=${this.automationRole.roleArn},ConfigRuleName=${configRule.ref}`;
    this.startCommand = `aws ssm start-automation-execution --region ${Stack.of(this).region} --document-name ${this.document.ref} --parameters ${parameters}`;
  }

  private createRole(props: RunbookProps): Role {
    const { planner, configRule, userActions, notificationTopicArn, approval } = props;
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
    for (const topicArn of new Set([notificationTopicArn, approval?.topicArn]))
      if (topicArn !== undefined) allow('sns:Publish', topicArn);
    // IAM has no condition on the status that UpdateAccessKey sets: the document says which one, and when.
    allowOnUsers(role, userActions);
    return role;
  }
}
