const ARN = 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-';

/** The environment of the function that imports findings. */
export const findingEnvironment = {
  CONFIG_RULE_NAME: 'iam-user-single-access-key',
  CONFIG_RULE_ARN: `${ARN}000001`,
  RUNBOOK_NAME: 'DeactivateAccessKey-1A2B',
  AUTOMATION_ROLE_ARN: 'arn:aws:iam::123456789012:role/DeactivateAccessKey-1A2B',
  INACTIVE_CONFIG_RULE_NAME: 'iam-user-inactive-access-key',
  INACTIVE_CONFIG_RULE_ARN: `${ARN}000002`,
  DELETION_RUNBOOK_NAME: 'DeleteInactiveAccessKey-1A2B',
  DELETION_ROLE_ARN: 'arn:aws:iam::123456789012:role/DeleteInactiveAccessKey-1A2B',
  FINDING_SEVERITY: 'HIGH',
};
