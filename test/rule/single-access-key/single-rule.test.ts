import { describe, expect, it } from 'vitest';
import type { HeldResult } from '../../../rule/evaluation/recorded-result.ts';
import type { Evidence, UserRule } from '../../../rule/evaluation/user-rule.ts';
import { singleAccessKeyRule } from '../../../rule/single-access-key/rule.ts';
import { accessKey, at, daysBefore } from '../../support/build.ts';
import { historyOf, roles, statusChange } from '../../support/status-change.ts';

const old = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const recent = accessKey('RECENT', { LastUsedDate: daysBefore(1) });
const off = accessKey('OFF', { Status: 'Inactive' });
const violation = { keys: [old, recent] };
const unseen: Evidence = { held: undefined };

const drifted = historyOf([
  statusChange('OLD', 'Inactive', { days: 10, roleArn: roles.deactivationRoleArn }),
  statusChange('OLD', 'Active', { days: 9 }),
]);
const told = 'Runbook deactivated AKIAXXXXXXXXXXXXXOLD 2026-01-21: fix what reactivates it.';

const alone = singleAccessKeyRule()('{"exemptionTagKey":"keys-until"}', at);
const withRunbooks = singleAccessKeyRule(roles)('{"exemptionTagKey":"keys-until"}', at);

/** What Config holds since a day before of these keys, by this rule and this evidence. */
const heldBy = (rule: UserRule, evidence: Evidence, facts = violation): HeldResult => {
  const verdict = rule.decide(facts, evidence);
  if (verdict === undefined) throw new Error('expected a verdict');
  return { ...verdict, OrderingTimestamp: daysBefore(1) };
};

describe('the rule on active keys', () => {
  it('is of the instant and the parameters that it is given, and can do without a history', () => {
    const rule = singleAccessKeyRule()('{"refreshDays":"3"}', at);
    expect(rule).toMatchObject({ at, refreshDays: 3, decidesByHistory: false });
  });

  it.each([
    ['alone', alone],
    ['with runbooks', withRunbooks],
  ])('%s has a verdict on a user within the maximum, whatever is known', (_, rule) => {
    for (const evidence of [unseen, { ...unseen, history: drifted }])
      expect(rule.decide({ keys: [recent, off] }, evidence)).toEqual({
        ComplianceType: 'COMPLIANT',
      });
  });

  it('alone tells of no drift, even where the history is there', () => {
    for (const evidence of [unseen, { ...unseen, history: drifted }]) {
      const verdict = alone.decide(violation, evidence);
      expect(verdict?.ComplianceType).toBe('NON_COMPLIANT');
      expect(verdict?.Annotation).not.toContain('Runbook');
    }
  });

  it('with runbooks waits for the history of a violation, and tells the drift', () => {
    expect(withRunbooks.decide(violation, unseen)).toBeUndefined();
    expect(withRunbooks.decide(violation, { ...unseen, history: drifted })).toEqual({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: expect.stringContaining(told),
    });
  });

  it.each([true, false])(
    'tells of no drift where no change is visible, complete or not: %j',
    (isComplete) => {
      const history = historyOf([], { isComplete });
      const verdict = withRunbooks.decide(violation, { ...unseen, history });
      expect(verdict?.ComplianceType).toBe('NON_COMPLIANT');
      expect(verdict?.Annotation).not.toContain('Runbook');
    },
  );

  it('tells the drift that is visible in a history that is not complete', () => {
    const history = { ...drifted, isComplete: false };
    expect(withRunbooks.decide(violation, { ...unseen, history })?.Annotation).toContain(told);
  });
});

describe('what the rule on active keys needs beside the keys', () => {
  it('is tag and last use of the keys that count of a violation', () => {
    const { tag, lastUse } = alone.needs(unseen);
    const facts = { keys: [old, off, recent] };
    expect(tag(facts)).toBe('keys-until');
    expect(lastUse(facts)).toEqual([old, recent]);
  });

  it('is nothing of a user within the maximum', () => {
    const { tag, lastUse } = alone.needs(unseen);
    expect(tag({ keys: [recent, off] })).toBeUndefined();
    expect(lastUse({ keys: [recent, off] })).toEqual([]);
  });

  it('is no last use before the history, where it waits for that', () => {
    expect(withRunbooks.needs(unseen).lastUse(violation)).toEqual([]);
    expect(withRunbooks.needs({ ...unseen, history: drifted }).lastUse(violation)).toEqual(
      violation.keys,
    );
  });

  it('is no last use of a violation that Config holds, and that stands', () => {
    const held = heldBy(alone, unseen);
    expect(alone.needs({ held }).lastUse(violation)).toEqual([]);
    const more = { keys: [...violation.keys, accessKey('THIRD')] };
    expect(alone.needs({ held }).lastUse(more)).toEqual(more.keys);
  });
});

describe('a violation that Config holds', () => {
  /** The same keys, of which IAM has not said yet when they were used last. */
  const listed = { keys: [accessKey('OLD'), accessKey('RECENT')] };

  it('is answered as it is, though nobody asked for the last use', () => {
    const { OrderingTimestamp, ...verdict } = heldBy(alone, unseen);
    expect(alone.decide(listed, { held: { ...verdict, OrderingTimestamp } })).toEqual(verdict);
  });

  it('stands only with the drift that there is', () => {
    const held = heldBy(withRunbooks, { ...unseen, history: drifted });
    expect(withRunbooks.needs({ held, history: drifted }).lastUse(listed)).toEqual([]);
    const history = historyOf();
    expect(withRunbooks.needs({ held, history }).lastUse(listed)).toEqual(listed.keys);
    expect(withRunbooks.decide(violation, { held, history })?.Annotation).not.toContain('Runbook');
  });

  it('keeps its drift where the history is not complete and shows none', () => {
    const held = heldBy(withRunbooks, { ...unseen, history: drifted });
    const history = historyOf([], { isComplete: false });
    expect(withRunbooks.decide(listed, { held, history })?.Annotation).toBe(held.Annotation);
  });
});
