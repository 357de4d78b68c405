import { Duration, Stack } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { DeadLetterQueue } from '../functions/dead-letter-queue.ts';
import { NodeFunction, type NodeFunctionProps } from '../functions/node-function.ts';
import { allowOnUsers, allowWithoutResource, keyReadingActions } from '../functions/permissions.ts';
import type { Settings } from '../settings/settings.ts';

/** How long an evaluation may take: the most that Lambda allows. */
export const EVALUATION_TIMEOUT = Duration.minutes(15);

/** What the function is, how it is deployed, and whether it has tags to read. */
export type EvaluatorProps = Pick<NodeFunctionProps, 'entry' | 'description'> &
  Pick<Settings, 'triggers' | 'logRetentionDays' | 'exemptionTag'> & {
    readonly deadLetterQueue: DeadLetterQueue;
  };

/** The function that evaluates users for Config; its role can read IAM and report. */
export class Evaluator extends NodeFunction {
  /** Any rule of this account and Region may invoke: a rule has no ARN before Config may invoke its function. */
  readonly permission: CfnPermission;

  constructor(scope: Construct, id: string, { triggers, exemptionTag, ...props }: EvaluatorProps) {
    super(scope, id, { timeout: EVALUATION_TIMEOUT, ...props });
    allowOnUsers(this.role, keyReadingActions(exemptionTag));
    allowWithoutResource(this.role, ['iam:ListUsers', 'config:PutEvaluations']);
    if (triggers === 'hybrid') {
      // What a change notification needs: the user that it names, and what Config holds of it.
      allowOnUsers(this.role, ['iam:GetUser']);
      allowWithoutResource(this.role, ['config:GetComplianceDetailsByResource']);
    }
    this.permission = new CfnPermission(this, 'ConfigPermission', {
      action: 'lambda:InvokeFunction',
      functionName: this.function.functionArn,
      principal: 'config.amazonaws.com',
      sourceAccount: Stack.of(this).account,
      sourceArn: Stack.of(this).formatArn({
        service: 'config',
        resource: 'config-rule',
        resourceName: '*',
      }),
    });
  }
}
