import { expect } from 'vitest';
import type { Plan } from '../../remediation/plans/plan.ts';
import type { AccessKey } from '../../rule/keys/access-key.ts';

/** The user of every plan in the tests. */
export const alice = { UserId: 'AIDAXXXXXXXXXXXXALICE', UserName: 'alice' };

/** A whole plan for alice: members that a test does not name do not apply. */
export const planOf = (members: Pick<Plan, 'Outcome' | 'Reason'> & Partial<Plan>): Plan => ({
  ...alice,
  AccessKeyId: 'none',
  KeepAccessKeyId: 'none',
  UndoCommand: 'none',
  NextCommand: 'none',
  Basis: 'none',
  Evidence: 'none',
  ...members,
});

/** Makes a plan, which must not depend on the order of the keys. */
export const planInAnyOrder = (
  keys: readonly AccessKey[],
  makePlan: (keys: readonly AccessKey[]) => Plan,
): Plan => {
  const plan = makePlan(keys);
  expect(makePlan(keys.toReversed())).toEqual(plan);
  return plan;
};
