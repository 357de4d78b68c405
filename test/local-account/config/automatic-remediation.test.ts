import { PutEvaluationsCommand } from '@aws-sdk/client-config-service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  RULE_NAME,
  remediationProperties,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';
import type { AutomationDeps, ObservedAutomation } from './remediation-executions.ts';

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

describe('automatic remediation', () => {
  const violate = async (OrderingTimestamp = account.clock.now) => {
    await account.config.deliverSchedule(RULE_NAME);
    await account.configClient.send(
      new PutEvaluationsCommand({
        ResultToken: account.delivered.at(-1)?.resultToken,
        Evaluations: [
          {
            ComplianceResourceType: 'AWS::IAM::User',
            ComplianceResourceId: 'AIDAALICE',
            ComplianceType: 'NON_COMPLIANT',
            OrderingTimestamp,
          },
        ],
      }),
    );
  };
  const automatic = (MaximumAutomaticAttempts?: number) =>
    account.config.putRemediationConfiguration({
      ...remediationProperties,
      Automatic: true,
      MaximumAutomaticAttempts,
    });

  it('starts by itself for a violation', async () => {
    automatic();

    await violate();
    await account.config.settled();

    expect(startAutomation).toHaveBeenCalledTimes(1);
  });

  it('does not start where it was not asked for', async () => {
    account.config.putRemediationConfiguration(remediationProperties);

    await violate();
    await account.config.settled();

    expect(startAutomation).not.toHaveBeenCalled();
  });

  it('does not start while one waits for an approval, which settled does not wait for', async () => {
    automatic();
    automation = { AutomationExecutionStatus: 'Waiting' };
    isResting = true;

    await violate();
    await violate();
    await account.config.settled();

    expect(startAutomation).toHaveBeenCalledTimes(1);
  });

  it('does not start while one is in progress, which settled waits for', async () => {
    automatic();
    automation = { AutomationExecutionStatus: 'InProgress' };

    await violate();
    await violate();
    const settled = vi.fn();
    const settling = account.config.settled().then(settled);
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(settled).not.toHaveBeenCalled();
    automation = { AutomationExecutionStatus: 'Success' };
    await settling;
    expect(startAutomation).toHaveBeenCalledTimes(1);
  });

  it.each([
    [1, 1],
    [2, 2],
    [undefined, 5],
  ])('stops after its failed attempts: of %s allowed, %i', async (allowed, attempts) => {
    automatic(allowed);
    automation = { AutomationExecutionStatus: 'Failed' };

    for (let sweep = 0; sweep < 7; sweep += 1) {
      await violate();
      await account.config.settled();
    }

    expect(startAutomation).toHaveBeenCalledTimes(attempts);
  });

  it('does not lose what goes wrong behind the back of the caller', async () => {
    automatic();
    startAutomation.mockRejectedValue(new TypeError('a mistake of ours'));

    await violate();

    await expect(account.config.settled()).rejects.toThrow('a mistake of ours');
  });
});
