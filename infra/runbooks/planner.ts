import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NodeFunction } from '../functions/node-function.ts';
import { allowOnUsers, allowToPlan } from '../functions/permissions.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';

/** The Lambda function that plans what a runbook does. Its role has only read permissions. */
export class Planner extends NodeFunction {
  constructor(
    scope: Construct,
    id: string,
    props: Pick<SettingProps, 'logRetentionInDays' | 'exemptionTagKey'> = {},
  ) {
    const settings = completeSettings(props);
    super(scope, id, {
      entry: 'remediation/planner/index.ts',
      description: 'Plans what a runbook does with an access key of an IAM user (read-only)',
      // A step that invokes a function takes 300 s at most.
      timeout: Duration.seconds(290),
      logRetentionInDays: settings.logRetentionInDays,
    });
    allowToPlan(this.role, settings.exemptionTagKey);
    allowOnUsers(this.role, ['iam:ListAttachedUserPolicies']);
  }
}
