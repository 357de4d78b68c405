import { setImmediate } from 'node:timers/promises';
import {
  DescribeRemediationExecutionStatusCommand,
  PutEvaluationsCommand,
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

  it('starts the document with the resource id and the static values', async () => {
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

describe('automatic remediation', () => {
  const violate = async (OrderingTimestamp = account.clock.now) => {
    await account.config.deliverSchedule(RULE_NAME);
    const ResultToken = account.delivered.at(-1)?.resultToken;
    const resource = {
      ComplianceResourceType: 'AWS::IAM::User',
      ComplianceResourceId: 'AIDAALICE',
    };
    const violation = { ...resource, ComplianceType: 'NON_COMPLIANT', OrderingTimestamp } as const;
    const input = { ResultToken, Evaluations: [violation] };
    await account.configClient.send(new PutEvaluationsCommand(input));
  };
  const automatic = (MaximumAutomaticAttempts?: number) =>
    account.config.putRemediationConfiguration({
      ...remediationProperties,
      Automatic: true,
      MaximumAutomaticAttempts,
    });

  it('starts for a violation', async () => {
    automatic();

    await violate();
    await account.config.settled();

    expect(startAutomation).toHaveBeenCalledTimes(1);
  });

  it('does not start without Automatic', async () => {
    account.config.putRemediationConfiguration(remediationProperties);

    await violate();
    await account.config.settled();

    expect(startAutomation).not.toHaveBeenCalled();
  });

  it('does not start while an execution waits for an approval; `settled` ignores that execution', async () => {
    automatic();
    automation = { AutomationExecutionStatus: 'Waiting' };
    isResting = true;

    await violate();
    await violate();
    await account.config.settled();

    expect(startAutomation).toHaveBeenCalledTimes(1);
  });

  it('does not start while an execution is in progress; `settled` awaits that execution', async () => {
    automatic();
    automation = { AutomationExecutionStatus: 'InProgress' };

    await violate();
    await violate();
    const settled = vi.fn();
    const settling = account.config.settled().then(settled);
    await setImmediate();

    expect(settled).not.toHaveBeenCalled();
    automation = { AutomationExecutionStatus: 'Success' };
    await settling;
    expect(startAutomation).toHaveBeenCalledTimes(1);
  });

  it.each([
    [1, 1],
    [2, 2],
    [undefined, 5],
  ])(
    'with MaximumAutomaticAttempts %s stops after %i failed attempts',
    async (allowed, attempts) => {
      automatic(allowed);
      automation = { AutomationExecutionStatus: 'Failed' };

      for (let sweep = 0; sweep < 7; sweep += 1) {
        await violate();
        await account.config.settled();
      }

      expect(startAutomation).toHaveBeenCalledTimes(attempts);
    },
  );

  it('rejects `settled` when the start fails with a bug', async () => {
    automatic();
    startAutomation.mockRejectedValue(new TypeError('a bug'));

    await violate();

    await expect(account.config.settled()).rejects.toThrow('a bug');
  });
});
