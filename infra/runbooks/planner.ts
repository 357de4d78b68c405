import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NodeFunction } from '../functions/node-function.ts';
import {
  allowOnUsers,
  allowToReadHistory,
  allowWithoutResource,
  keyReadingActions,
} from '../functions/permissions.ts';
import { DEFAULT_SETTINGS, type Settings } from '../settings/settings.ts';

/** The Lambda function that plans what a runbook does. Its role has only read permissions. */
export class Planner extends NodeFunction {
  constructor(
    scope: Construct,
    id: string,
    props: Partial<Pick<Settings, 'logRetentionInDays' | 'exemptionTagKey'>> = {},
  ) {
    const settings = { ...DEFAULT_SETTINGS, ...props };
    super(scope, id, {
      entry: 'remediation/planner/index.ts',
      description: 'Plans what a runbook does with an access key of an IAM user (read-only)',
      timeout: Duration.minutes(2),
      logRetentionInDays: settings.logRetentionInDays,
    });
    allowOnUsers(this.role, keyReadingActions(settings.exemptionTagKey));
    allowWithoutResource(this.role, ['iam:ListUsers', 'config:DescribeConfigRules']);
    allowToReadHistory(this.role);
  }
}
