import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { AutomationExecution } from '../local-account/ssm/execution.ts';
import {
  ACTS,
  type OperatedAccount,
  plansOf,
  RUNBOOKS,
  type RunbookName,
} from './operated-account.ts';

const given = ({ Parameters }: AutomationExecution, name: string) => Parameters[name]?.[0] ?? '';

/** Returns the write that the plans of an execution allow, if any. */
const plannedWrite = (runbook: RunbookName, execution: AutomationExecution) => {
  const plans = plansOf(execution);
  const plan = plans.at(-1);
  // Two different plans allow no write.
  if (new Set(plans.map((one) => `${one.AccessKeyId} of ${one.UserName}`)).size > 1)
    return undefined;
  const needed = runbook === 'deleteInactive' ? 2 : 1;
  const allAct = plans.every(({ Outcome }) => Outcome === ACTS[runbook].outcome);
  if (plan === undefined || plans.length < needed || !allAct) return undefined;
  if (given(execution, 'DryRun') === 'true') return undefined;
  const { UserId, UserName, AccessKeyId } = plan;
  expect(UserId).toBe(given(execution, 'UserId'));
  expect(['', AccessKeyId]).toContain(given(execution, 'AccessKeyId'));
  const key = { UserName, AccessKeyId };
  return runbook === 'deleteInactive'
    ? { operation: 'DeleteAccessKey', input: key }
    : {
        operation: 'UpdateAccessKey',
        input: { ...key, Status: runbook === 'deactivate' ? 'Inactive' : 'Active' },
      };
};

/** Whether an execution reports that it restored this key. */
const reportsRestore = (execution: AutomationExecution, input: unknown) => {
  const planned = plannedWrite('deactivate', execution)?.input;
  const report = `had no active access key left when ${planned?.AccessKeyId} was deactivated`;
  return (
    execution.FailureMessage?.includes(report) === true &&
    isDeepStrictEqual(input, { ...planned, Status: 'Active' })
  );
};

/**
 * Checks that every IAM write, except by operators, is a planned write, made once by the role of its runbook, or
 * one of at most five attempts to restore the last active key.
 */
export const expectOnlyPlannedWrites = (account: OperatedAccount): void => {
  const executions = account.executions();
  const planned = executions.flatMap(({ runbook, execution }) => {
    const write = plannedWrite(runbook, execution);
    return write === undefined ? [] : { ...write, principal: account.roleOf(runbook) };
  });
  const unplanned = account.writes().filter(({ operation, input, principal }) => {
    const found = planned.findIndex((one) =>
      isDeepStrictEqual(one, { operation, input, principal }),
    );
    if (found >= 0) planned.splice(found, 1);
    return found < 0;
  });
  const roles: readonly string[] = RUNBOOKS.map(account.roleOf);
  for (const { operation, input, principal } of unplanned) {
    expect(roles).toContain(principal);
    const restores = executions.filter(({ execution }) => reportsRestore(execution, input));
    expect({ operation, input, principal, by: restores.length }).toEqual({
      operation: 'UpdateAccessKey',
      input,
      principal: account.roleOf('deactivate'),
      by: expect.toSatisfy((count: number) => count > 0),
    });
    const attempts = unplanned.filter((other) => isDeepStrictEqual(other.input, input));
    expect(attempts.length).toBeLessThanOrEqual(5 * restores.length);
  }
};
