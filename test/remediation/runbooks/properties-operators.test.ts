import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACTS,
  createOperatedAccounts,
  endOf,
  type OperatedAccount,
  plansOf,
} from '../../support/operated-account.ts';
import { letOperatorsAct, type Patient, scenario } from '../../support/operators.ts';
import { expectOnlyPlannedWrites } from '../../support/planned-writes.ts';
import { runs } from '../../support/property-runs.ts';
import { nameOf } from '../../support/random-users.ts';

const createAccount = createOperatedAccounts();
const MINUTE = 60_000;

type Story = Patient['story'];
type State = Story[number];
type Execution = ReturnType<OperatedAccount['executions']>[number] & { readonly id: string };

const activeOf = ({ statuses }: State) =>
  Object.keys(statuses).filter((id) => statuses[id] === 'Active');
const isWithout = (state: State) => activeOf(state).length === 0;

/** Lists the states of the user while a step ran; empty if the step never ran. */
const during = (story: Story, { id }: Execution, step: string): readonly State[] => {
  const begun = story.findIndex(({ what, by }) => by === id && what === `${step} InProgress`);
  if (begun < 0) return [];
  const ended = story.findIndex(
    ({ what, by }, index) => index > begun && by === id && what.startsWith(`${step} `),
  );
  return story.slice(begun, ended < 0 ? undefined : ended + 1);
};

const plannedKey = ({ execution }: Execution) => plansOf(execution).at(-1)?.AccessKeyId ?? '';

/** Expects that an Acted execution saw its key in the right state while Verify ran. */
const expectActedTruly = (story: Story, one: Execution) => {
  if (endOf(one.execution).outcome !== 'Acted') return;
  const key = plannedKey(one);
  const isAsSaid = (state: State) => {
    if (one.runbook === 'deleteInactive') return state.statuses[key] === undefined;
    if (one.runbook === 'reactivate') return state.statuses[key] === 'Active';
    return state.statuses[key] === 'Inactive' && !isWithout(state);
  };
  const seen = during(story, one, 'Verify');
  expect(seen.some(isAsSaid), `${one.runbook} of ${key} Acted`).toBe(true);
};

/**
 * Expects that a deactivation that left no active key was undone and failed, unless the key or the user was deleted or
 * an operator had activated the key before Verify read it.
 */
const expectRestored = (story: Story, one: Execution, roleOf: OperatedAccount['roleOf']) => {
  const seen = during(story, one, 'Verify');
  const [first] = seen;
  if (one.runbook !== 'deactivate' || first === undefined) return;
  const key = plannedKey(one);
  const role = /^UpdateAccessKey Active (begins|ends)/;
  const restored = seen.findIndex(({ what, key: changed }) => role.test(what) && changed === key);
  const before = restored < 0 ? seen : seen.slice(0, restored);
  const isCut = (state: State) =>
    isWithout(state) && state.statuses[key] === 'Inactive' && state.name === first.name;
  const isByOperator = restored >= 0 && seen[restored]?.by !== roleOf('deactivate');
  if (isByOperator || !before.every(isCut)) return;
  const { outcome, reason } = endOf(one.execution);
  expect(outcome).toBe('Unverified');
  expect(reason).toContain('so it was set to Active again');
  expect(
    seen.some(({ statuses }) => statuses[key] === 'Active'),
    'the key is active again',
  ).toBe(true);
};

/** Expects that a runbook that deactivated a last active key undid it, or could not and failed as unverified. */
const expectNobodyCutOff = (
  story: Story,
  executions: readonly Execution[],
  roleOf: OperatedAccount['roleOf'],
) => {
  for (const [index, state] of story.entries()) {
    const before = story[index - 1];
    const isCut = before !== undefined && !isWithout(before) && isWithout(state);
    if (!isCut || state.by !== roleOf('deactivate')) continue;
    const isExcused = (one: Execution) => {
      const end = story.findLastIndex(({ by }) => by === one.id);
      const after = story.slice(index, end + 1);
      const isGone = after.some(
        ({ statuses, name }) => statuses[state.key] === undefined || name !== state.name,
      );
      const { outcome } = endOf(one.execution);
      return after.some((later) => !isWithout(later)) || (outcome === 'Unverified' && isGone);
    };
    const by = executions.filter(
      (one) => one.runbook === 'deactivate' && plannedKey(one) === state.key,
    );
    expect(by.some(isExcused), `the last key ${state.key} was deactivated`).toBe(true);
  }
};

/** Expects that a deleted key was inactive when the second plan was made. The document describes the race after that. */
const expectDeletedInactive = (
  story: Story,
  executions: readonly Execution[],
  roleOf: OperatedAccount['roleOf'],
) => {
  for (const { what, by, key } of story) {
    if (what !== 'DeleteAccessKey begins' || by !== roleOf('deleteInactive')) continue;
    const planners = executions.filter(
      (one) => one.runbook === 'deleteInactive' && plannedKey(one) === key,
    );
    const wasInactive = planners.some((one) =>
      during(story, one, 'PlanAgain').some(({ statuses }) => statuses[key] === 'Inactive'),
    );
    expect(wasInactive, `${key} was inactive at the second plan`).toBe(true);
  }
};

/** A step that fails or times out, or none. Verify is not among them. */
const interruption = fc.option(
  fc.record({
    StepName: fc.constantFrom('ReadPlan', ...Object.values(ACTS).map(({ step }) => step), 'Report'),
    StepStatus: fc.constantFrom('Failed' as const, 'TimedOut' as const),
    when: fc.constantFrom('before' as const, 'after' as const),
  }),
  { nil: undefined },
);

describe('runbooks that run while operators change keys', () => {
  it('leave each user an active key, delete no active key, write only what was planned, and report what happened', async () => {
    const property = fc.asyncProperty(
      fc.array(scenario, { minLength: 5, maxLength: 5 }),
      interruption,
      fc.constantFrom(0, 15 * MINUTE),
      async (scenarios, interrupted, cloudTrailDelay) => {
        const users = scenarios.map(({ keys }, index) => ({
          name: nameOf(index),
          keys,
          tag: undefined,
          isQuarantined: false,
        }));
        const single = { minimumIdleDays: 0 };
        const account = await createAccount(users, { single, cloudTrailDelay });
        try {
          if (interrupted !== undefined) account.ssm.interruptStep(interrupted);
          const patients = await letOperatorsAct(
            account,
            scenarios.map(({ script }) => script),
          );
          for (const { user, story } of patients) {
            const executions = account
              .executions()
              .map((one) => ({ ...one, id: one.execution.AutomationExecutionId }))
              .filter(({ execution }) => execution.Parameters['UserId']?.[0] === user.UserId);
            expectNobodyCutOff(story, executions, account.roleOf);
            expectDeletedInactive(story, executions, account.roleOf);
            for (const one of executions) {
              expect(endOf(one.execution).reason).not.toBe('');
              expectActedTruly(story, one);
              expectRestored(story, one, account.roleOf);
            }
          }
          expectOnlyPlannedWrites(account);
        } finally {
          await account.close();
        }
      },
    );
    await fc.assert(property, { numRuns: runs(1), endOnFailure: true });
  });
});
