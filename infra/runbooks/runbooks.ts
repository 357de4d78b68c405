import type { Construct } from 'constructs';
import type { Messages } from '../messages/messages.ts';
import type { InactiveAccessKeyRule, SingleAccessKeyRule } from '../rules/access-key-rules.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';
import { AutomaticRemediation } from './automatic-remediation.ts';
import type { Planner } from './planner.ts';
import { offerOfRemediation, Remediation, warnWithoutRemediation } from './remediation.ts';
import { Runbook } from './runbook.ts';

/** The rules whose violations are remediated. */
type Rules = {
  readonly rule: SingleAccessKeyRule;
  readonly inactiveRule: InactiveAccessKeyRule;
};

/** The properties of the runbooks. */
type RunbooksProps = Pick<SettingProps, 'approvers' | 'minRequiredApprovals' | 'approvalTopicArn'> &
  Rules & { readonly planner: Planner; readonly messages?: Messages | undefined };

/** The properties of the remediations. */
type RemediationsProps = SettingProps & Rules & Pick<Runbooks, 'deactivate' | 'deleteInactive'>;

/** The runbooks that deactivate a key, reactivate it, and delete an inactive key. */
export type Runbooks = {
  readonly deactivate: Runbook;
  readonly reactivate: Runbook;
  readonly deleteInactive: Runbook;
};

/** Creates the three runbooks. Deactivation and deletion ask the approvers; reactivation does not. */
export const createRunbooks = (scope: Construct, props: RunbooksProps): Runbooks => {
  const { planner, rule, inactiveRule } = props;
  const { approvers, minRequiredApprovals, approvalTopicArn } = completeSettings(props);
  const shared = { planner, messageQueue: props.messages?.queue };
  const approval = approvers && { approvers, minRequiredApprovals, topicArn: approvalTopicArn };
  const updating = ['iam:UpdateAccessKey', 'iam:ListAccessKeys'];

  const deleteInactive = new Runbook(scope, 'DeleteInactiveAccessKey', {
    ...shared,
    approval,
    configRule: inactiveRule.configRule,
    document: 'remediation/runbooks/delete-inactive-access-key.yaml',
    userActions: ['iam:DeleteAccessKey', 'iam:ListAccessKeys'],
  });
  const deactivate = new Runbook(scope, 'DeactivateAccessKey', {
    ...shared,
    approval,
    configRule: rule.configRule,
    document: 'remediation/runbooks/deactivate-access-key.yaml',
    userActions: updating,
    values: { InactiveConfigRuleName: inactiveRule.configRule.configRuleName },
  });
  const reactivate = new Runbook(scope, 'ReactivateAccessKey', {
    ...shared,
    configRule: rule.configRule,
    document: 'remediation/runbooks/reactivate-access-key.yaml',
    userActions: updating,
  });
  // A plan finds the deactivations of the runbook in the event history by this role.
  for (const one of [planner, props.messages?.publisher])
    one?.function.addEnvironment('DEACTIVATION_ROLE_ARN', deactivate.automationRole.roleArn);
  return { deactivate, reactivate, deleteInactive };
};

/** The functions that start runbooks on a schedule. Each exists only if its setting is true. */
export type AutomaticRemediations = {
  readonly deactivation?: AutomaticRemediation | undefined;
  readonly deletion?: AutomaticRemediation | undefined;
};

/** Creates the remediation of each rule, unless the Region has none, and the functions of automatic mode. */
export const createRemediations = (
  scope: Construct,
  props: RemediationsProps,
): AutomaticRemediations => {
  const { rule, inactiveRule, deactivate, deleteInactive } = props;
  const settings = completeSettings(props);
  const deactivation = { configRule: rule.configRule, runbook: deactivate };
  const deletion = { configRule: inactiveRule.configRule, runbook: deleteInactive };
  warnWithoutRemediation(scope);
  const { isOffered, condition } = offerOfRemediation(scope);
  if (isOffered) {
    new Remediation(scope, 'Remediation', { ...deactivation, condition });
    new Remediation(scope, 'Deletion', { ...deletion, condition });
  }
  const deactivationRole = deactivate.automationRole;
  return {
    deactivation: settings.automaticRemediation
      ? new AutomaticRemediation(scope, 'AutomaticDeactivation', {
          ...{ ...settings, ...deactivation, deactivationRole },
          runbookName: 'DeactivateAccessKey',
        })
      : undefined,
    deletion: settings.automaticDeletion
      ? new AutomaticRemediation(scope, 'AutomaticDeletion', {
          ...{ ...settings, ...deletion, deactivationRole },
          runbookName: 'DeleteInactiveAccessKey',
        })
      : undefined,
  };
};
