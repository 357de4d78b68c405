import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SynthesizedStack } from '../local-account/deploy/synthesize.ts';
import { ServiceError } from '../local-account/dispatch.ts';
import { at, daysBefore } from '../support/build.ts';
import { createFaultyAccount, type FaultyAccount } from './faulty-account.ts';
import { createWarmFunction } from './functions.ts';
import { synthesizeReliable } from './small-account.ts';
import { beginTime, giveTimeBack, takeTime, until } from './virtual-time.ts';

const CLICKS = 100;

let stack: SynthesizedStack;
beforeAll(() => {
  stack = synthesizeReliable();
}, 120_000);
afterEach(giveTimeBack);

/** Makes the event history this number of pages long, and admits two LookupEvents a second. */
const limitHistory = (account: FaultyAccount, pages: number): void => {
  let [tokens, filledAt] = [2, Date.now()];
  account.register('cloudtrail', {
    LookupEvents: (input) => {
      tokens = Math.min(2, tokens + ((Date.now() - filledAt) * 2) / 1000);
      filledAt = Date.now();
      if (tokens < 1) throw new ServiceError('ThrottlingException', 'Rate exceeded');
      tokens -= 1;
      const page = Number(Object(input).NextToken ?? 0) + 1;
      return { Events: [], ...(page < pages && { NextToken: String(page) }) };
    },
  });
};

/** Runs every invocation of the planner in its own execution environment, as Lambda does for concurrent invocations. */
const runPlannersApart = (account: FaultyAccount): void => {
  const document = account.ssm.documents.find(account.output('DeactivationRunbookName'));
  const { FunctionName } = Object(document?.content.mainSteps[0]?.inputs);
  const { Environment: environment, Timeout } = account.lambda.functions.named(FunctionName);
  const planner = { id: 'PlannerFunction', environment, timeoutSeconds: Timeout } as const;
  account.lambda.override(FunctionName, (event) => createWarmFunction(planner)(event));
};

/** Clicks Remediate for each of a hundred users at the same time, and returns the executions. */
const click = async (account: FaultyAccount) => {
  const keys = [{ CreateDate: daysBefore(400) }, { CreateDate: daysBefore(100) }];
  const users = Array.from({ length: CLICKS }, (_, index) =>
    account.iam.seedUser({ UserName: `user-${index}`, keys }),
  );
  const ConfigRuleName = account.output('ConfigRuleName');
  const resourceType = 'AWS::IAM::User';
  const ResourceKeys = users.map(({ UserId }) => ({ resourceType, resourceId: UserId }));
  const request = { service: 'config', operation: 'StartRemediationExecution' } as const;
  const input = { ConfigRuleName, ResourceKeys };
  await until(account.call({ ...request, input, principal: 'operator' }));
  await until(
    Promise.all(
      account.executions().map(({ AutomationExecutionId: id }) => account.ssm.finished(id)),
    ),
  );
  return account.executions();
};

describe('a hundred clicks on Remediate at the same time', () => {
  it('act, although CloudTrail admits two requests a second and has 30 pages of events', async () => {
    takeTime();
    beginTime(at);
    const account = await createFaultyAccount(stack);
    try {
      account.deploy();
      limitHistory(account, 30);
      runPlannersApart(account);
      const open = account.gate('RuleEvaluator', 'InactiveRuleEvaluator');
      const executions = await click(account);
      open();

      expect(executions).toHaveLength(CLICKS);
      expect(executions.map(({ FailureMessage }) => FailureMessage ?? '').join('')).toBe('');
      const outcomes = executions.map(({ Outputs }) => Outputs['Report.Outcome']?.[0]);
      expect(new Set(outcomes)).toEqual(new Set(['Acted']));
      const incomplete = executions.filter(({ Outputs }) =>
        Outputs['Report.Reason']?.[0]?.includes('the event history is incomplete'),
      );
      expect(incomplete.length).toBeGreaterThan(CLICKS / 2);
      for (const { keys } of account.iam.users.values())
        expect(keys.map(({ Status }) => Status)).toEqual(['Inactive', 'Active']);
    } finally {
      await account.close();
    }
  }, 300_000);
});
