import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { InactiveAccessKeyRule, SingleAccessKeyRule } from '../rules/access-key-rules.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';
import type { Planner } from './planner.ts';
import { Remediation } from './remediation.ts';
import { Runbook } from './runbook.ts';

/** The rules whose violations are remediated. */
type Rules = {
  readonly rule: SingleAccessKeyRule;
  readonly inactiveRule: InactiveAccessKeyRule;
};

/** What the runbooks work for and with. */
type RunbooksProps = Pick<SettingProps, 'approvers' | 'approvalTopicArn' | 'notificationTopicArn'> &
  Rules & { readonly planner: Planner };

/** What the remediations join, and which of them nobody has to click. */
type RemediationsProps = Pick<SettingProps, 'automaticRemediation' | 'automaticDeletion'> &
  Rules &
  Pick<Runbooks, 'deactivate' | 'deleteInactive'>;

/** The runbook that deactivates a key, the one that undoes it, and the one that deletes a key in the end. */
export type Runbooks = {
  readonly deactivate: Runbook;
  readonly reactivate: Runbook;
  readonly deleteInactive: Runbook;
};

/** Makes the three runbooks in a scope; what cuts a key off asks the approvers, what undoes it asks nobody. */
export const createRunbooks = (scope: Construct, props: RunbooksProps): Runbooks => {
  const { planner, rule, inactiveRule } = props;
  const { approvers, approvalTopicArn, notificationTopicArn } = completeSettings(props);
  const shared = { planner, notificationTopicArn };
  const approval = approvers && { approvers, topicArn: approvalTopicArn };
  const updating = ['iam:UpdateAccessKey', 'iam:ListAccessKeys'];

  const deleteInactive = new Runbook(scope, 'DeleteInactiveAccessKey', {
    ...{ ...shared, approval, configRule: inactiveRule.configRule },
    document: 'remediation/runbooks/delete-inactive-access-key.yaml',
    userActions: ['iam:DeleteAccessKey', 'iam:ListAccessKeys'],
  });
  const deactivate = new Runbook(scope, 'DeactivateAccessKey', {
    ...{ ...shared, approval, configRule: rule.configRule },
    document: 'remediation/runbooks/deactivate-access-key.yaml',
    userActions: updating,
    values: { DeleteCommand: deleteInactive.startCommand },
  });
  const reactivate = new Runbook(scope, 'ReactivateAccessKey', {
    ...{ ...shared, configRule: rule.configRule },
    document: 'remediation/runbooks/reactivate-access-key.yaml',
    userActions: updating,
  });
  return { deactivate, reactivate, deleteInactive };
};

/** Joins each rule with the runbook that remediates its violations. */
export const createRemediations = (scope: Construct, props: RemediationsProps): void => {
  const { rule, inactiveRule, deactivate, deleteInactive } = props;
  const { automaticRemediation, automaticDeletion } = completeSettings(props);
  new Remediation(scope, 'Remediation', {
    ...{ configRule: rule.configRule, runbook: deactivate },
    automatic: automaticRemediation,
    attemptWindow: Duration.minutes(15),
  });
  new Remediation(scope, 'Deletion', {
    ...{ configRule: inactiveRule.configRule, runbook: deleteInactive },
    automatic: automaticDeletion,
    // Half an hour of it the runbook may wait for an event to become visible.
    attemptWindow: Duration.hours(1),
  });
};
