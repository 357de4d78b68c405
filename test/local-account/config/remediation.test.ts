import { setImmediate } from 'node:timers/promises';
import {
  DescribeRemediationExecutionStatusCommand,
  StartRemediationExecutionCommand,
} from '@aws-sdk/client-config-service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  RULE_NAME,
  remediationProperties,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';
import { ServiceError } from '../dispatch.ts';
import type { AutomationDeps, ObservedAutomation } from './remediation-executions.ts';

const user = (resourceId: string) => ({ resourceType: 'AWS::IAM::User' as const, resourceId });

let account: ServedAccount;
let automation: ObservedAutomation;
let isResting: boolean;
const startAutomation = vi.fn<AutomationDeps['startAutomation']>();
beforeEach(async () => {
  automation = { AutomationExecutionStatus: 'Success' };
  isResting = false;
  startAutomation.mockReset().mockResolvedValue('execution-1');
  account = await serveAccount({
    startAutomation,
    automationExecution: () => automation,
    isResting: () => isResting,
  });
  account.config.putConfigRule(ruleProperties());
});
afterEach(() => account.close());

const start = (...resourceIds: string[]) =>
  account.configClient.send(
    new StartRemediationExecutionCommand({
      ConfigRuleName: RULE_NAME,
      ResourceKeys: resourceIds.map(user),
    }),
  );
const statuses = async (resourceIds?: string[]) => {
  const { RemediationExecutionStatuses } = await account.configClient.send(
    new DescribeRemediationExecutionStatusCommand({
      ConfigRuleName: RULE_NAME,
      ...(resourceIds === undefined ? {} : { ResourceKeys: resourceIds.map(user) }),
    }),
  );
  return RemediationExecutionStatuses;
};

describe('a remediation configuration', () => {
  it('needs an existing rule', () => {
    const properties = { ...remediationProperties, ConfigRuleName: 'other' };

    expect(() => account.config.putRemediationConfiguration(properties)).toThrow(
      expect.objectContaining({ code: 'NoSuchConfigRuleException' }),
    );
  });
});

describe('StartRemediationExecution', () => {
  beforeEach(() => account.config.putRemediationConfiguration(remediationProperties));

  it('starts the document with the resource id and the static values, for the principal that starts it', async () => {
    const answer = await start('AIDAALICE');

    expect(answer.FailedItems).toBeUndefined();
    expect(startAutomation.mock.calls).toEqual([
      [
        {
          DocumentName: 'DeactivateAccessKey',
          Parameters: {
            UserId: ['AIDAALICE'],
            AutomationAssumeRole: ['arn:aws:iam::123456789012:role/runbook'],
          },
        },
        'rule-role',
      ],
    ]);
  });

  it('refuses a resource with a remediation in progress and starts the others', async () => {
    automation = { AutomationExecutionStatus: 'InProgress' };
    await start('AIDAALICE');

    const { FailedItems, FailureMessage } = await start('AIDAALICE', 'AIDABOB');

    expect(FailedItems).toEqual([user('AIDAALICE')]);
    expect(FailureMessage).toContain('in progress');
    expect(startAutomation).toHaveBeenCalledTimes(2);
  });

  it('reports the error of SSM in the response and in the status', async () => {
    startAutomation.mockRejectedValue(
      new ServiceError('AutomationDefinitionNotFoundException', 'no such document'),
    );

    const { FailedItems, FailureMessage } = await start('AIDAALICE');

    expect(FailedItems).toEqual([user('AIDAALICE')]);
    expect(FailureMessage).toContain('no such document');
    expect(await statuses()).toMatchObject([
      { State: 'FAILED', StepDetails: [{ ErrorMessage: expect.stringContaining('no such') }] },
    ]);
  });

  it('accepts 100 resources and refuses 101', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `user-${index}`);

    await expect(start(...ids)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(startAutomation).not.toHaveBeenCalled();
    await start(...ids.slice(1));
    expect(await statuses()).toHaveLength(100);
  });

  it('needs a remediation configuration', async () => {
    const input = { ConfigRuleName: 'other', ResourceKeys: [user('AIDAALICE')] };
    const start = account.configClient.send(new StartRemediationExecutionCommand(input));

    await expect(start).rejects.toThrow('No RemediationConfiguration for the rule "other" exists');
  });
});

describe('DescribeRemediationExecutionStatus', () => {
  beforeEach(() => account.config.putRemediationConfiguration(remediationProperties));

  it.each([
    ['Pending', 'QUEUED'],
    ['InProgress', 'IN_PROGRESS'],
    ['Success', 'SUCCEEDED'],
    ['Failed', 'FAILED'],
    ['TimedOut', 'FAILED'],
  ] as const)('reports an execution that is %s as %s', async (AutomationExecutionStatus, State) => {
    automation = { AutomationExecutionStatus };

    await start('AIDAALICE');

    expect(await statuses(['AIDAALICE', 'AIDANEVER'])).toMatchObject([{ State }]);
  });

  it('reports each step with its times and error', async () => {
    const StartTime = new Date('2026-01-31T12:00:01.250Z');
    const StopTime = new Date('2026-01-31T12:00:02.500Z');
    const times = { ExecutionStartTime: StartTime, ExecutionEndTime: StopTime };
    automation = {
      AutomationExecutionStatus: 'Failed',
      StepExecutions: [
        { StepName: 'plan', StepStatus: 'Success', ...times },
        { StepName: 'act', StepStatus: 'Failed', FailureMessage: 'AccessDenied' },
        { StepName: 'verify', StepStatus: 'Pending' },
      ],
    };

    await start('AIDAALICE');

    expect(await statuses()).toEqual([
      {
        ResourceKey: user('AIDAALICE'),
        State: 'FAILED',
        StepDetails: [
          { Name: 'plan', State: 'SUCCEEDED', StartTime, StopTime },
          { Name: 'act', State: 'FAILED', ErrorMessage: 'AccessDenied' },
          { Name: 'verify', State: 'PENDING' },
        ],
        InvocationTime: account.clock.now,
        LastUpdatedTime: StopTime,
      },
    ]);
  });
});

describe('settled', () => {
  beforeEach(() => account.config.putRemediationConfiguration(remediationProperties));

  it('ignores an execution that waits for an approval', async () => {
    automation = { AutomationExecutionStatus: 'Waiting' };
    isResting = true;

    await start('AIDAALICE');

    await account.config.settled();
  });

  it('awaits an execution that is in progress', async () => {
    automation = { AutomationExecutionStatus: 'InProgress' };

    await start('AIDAALICE');
    const settled = vi.fn();
    const settling = account.config.settled().then(settled);
    await setImmediate();

    expect(settled).not.toHaveBeenCalled();
    automation = { AutomationExecutionStatus: 'Success' };
    await settling;
  });
});
