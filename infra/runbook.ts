import { Stack } from 'aws-cdk-lib';
import type { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { readDocument } from './document.ts';
import { REPOSITORY } from './node-function.ts';
import { allowOnUsers, serviceOfThisAccount } from './permissions.ts';
import type { Planner } from './planner.ts';

/** What a runbook is made of. */
export type RunbookProps = {
  /** Path of the document, from the root of this repository. */
  readonly document: string;
  /** Stands in the document as `${PlannerFunctionName}`. */
  readonly planner: Planner;
  /** The rule that the document evaluates again. */
  readonly configRule: CfnConfigRule;
  /** The actions on IAM users that the document's own steps call. */
  readonly userActions: readonly string[];
  /**
   * The topic that the document may tell what it did.
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
  readonly document: CfnDocument;
  readonly automationRole: Role;

  constructor(scope: Construct, id: string, props: RunbookProps) {
    super(scope, id);
    const { functionName } = props.planner.function;

    this.automationRole = this.createRole(props);
    this.document = new CfnDocument(this, 'Document', {
      content: readDocument(`${REPOSITORY}${props.document}`, {
        PlannerFunctionName: functionName,
      }),
      documentType: 'Automation',
      documentFormat: 'YAML',
      targetType: '/',
      // A new document for each change, under a name of its own: docs/decisions/0002.
      updateMethod: 'Replace',
    });
    // An automatic remediation starts as soon as it can: the role must be able to act by then.
    this.document.node.addDependency(this.automationRole);
  }

  private createRole(props: RunbookProps): Role {
    const { planner, configRule, userActions, notificationTopicArn } = props;
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
    if (notificationTopicArn !== undefined) allow('sns:Publish', notificationTopicArn);
    // IAM has no condition on the status that UpdateAccessKey sets: the document says which one, and when.
    allowOnUsers(role, userActions);
    return role;
  }
}
