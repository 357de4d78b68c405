import { recordedEvent } from '../support/build.ts';
import { JsonText, SECRET } from './breakage.ts';

const NAMES = [
  'configuration-item-change',
  'configuration-item-deleted',
  'oversized-configuration-item-change',
  'scheduled-notification',
] as const;

/** Events of Config with breakable JSON text, and a secret in members that the code does not read. */
export const configEvents = NAMES.map(recordedEvent).map(({ invokingEvent, ...event }) => {
  const item = invokingEvent['configurationItem'];
  return {
    ...event,
    executionRoleArn: SECRET,
    ruleParameters: new JsonText({ maxActiveAccessKeys: '1', minimumIdleDays: '7' }),
    invokingEvent: new JsonText({
      ...invokingEvent,
      ...(typeof item === 'object' && { configurationItem: { ...item, configuration: SECRET } }),
    }),
  };
});

const SHARED = { UserId: 'AIDAQO5QBPYFF4ULQRVCE', DryRun: 'false' };

/** The role of the runbook that deactivates keys. */
export const DEACTIVATION_ROLE_ARN = 'arn:aws:iam::123456789012:role/deactivation';

/** An input of the planner from each runbook. */
export const plannerInputs = [
  {
    Runbook: 'DeactivateAccessKey',
    ...SHARED,
    AccessKeyId: '',
    ConfigRuleName: 'iam-user-single-access-key',
    MinimumIdleDays: '7',
    InactiveConfigRuleName: 'iam-user-inactive-access-key',
  },
  {
    Runbook: 'ReactivateAccessKey',
    ...SHARED,
    AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    ConfigRuleName: 'iam-user-single-access-key',
    AllowSecondActiveKey: 'false',
  },
  {
    Runbook: 'DeleteInactiveAccessKey',
    ...SHARED,
    AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    ConfigRuleName: 'iam-user-inactive-access-key',
    MinimumInactiveDays: '30',
  },
];
