import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { singleAccessKeyRule } from '../../../rule/single-access-key/rule.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import { daysBefore, keyId } from '../../support/build.ts';
import { type ServedRule, serveRule } from '../../support/served-rule.ts';
import { roles } from '../../support/status-change.ts';
import { trustOf } from '../../support/trust.ts';

const [old, recent] = [keyId('OLD'), keyId('RECENT')];

let rule: ServedRule;
beforeEach(async () => {
  rule = await serveRule({ createRule: singleAccessKeyRule(roles) });
  for (const RoleName of ['deactivation', 'reactivation'])
    rule.roles.create({ RoleName, AssumeRolePolicyDocument: trustOf('ssm.amazonaws.com') });
  rule.iam.seedUser({
    UserName: 'alice',
    keys: [
      { AccessKeyId: old, CreateDate: daysBefore(400) },
      { AccessKeyId: recent, CreateDate: daysBefore(100) },
    ],
  });
});
afterEach(() => rule.close());

const update = async (Status: string, principal: string, days: number) => {
  const { now } = rule.clock;
  rule.clock.now = daysBefore(days);
  const input = { UserName: 'alice', AccessKeyId: old, Status };
  await rule.dispatcher.call({ service: 'iam', operation: 'UpdateAccessKey', input, principal });
  rule.clock.now = now;
};
const forgetAll = () => (rule.iam.users as Map<string, LocalUser>).clear();
const annotation = () => rule.reported()['alice']?.Annotation;
const told = `Runbook deactivated ${old} 2026-01-21: fix what reactivates it.`;
const pass = () => {
  rule.clock.now = new Date(rule.clock.now.getTime() + 3_600_000);
};

describe('a key that a runbook deactivated and that is active again', () => {
  it('stands in the annotation, with the date of the deactivation', async () => {
    await update('Inactive', 'deactivation', 10);
    await update('Active', 'operator', 9);
    await rule.sweep();
    expect(annotation()).toContain(told);
  });

  it.each<[string, readonly (readonly [string, string, number])[]]>([
    ['nobody deactivated', []],
    [
      'an operator deactivated',
      [
        ['Inactive', 'operator', 10],
        ['Active', 'operator', 9],
      ],
    ],
    [
      'the undo runbook made active',
      [
        ['Inactive', 'deactivation', 10],
        ['Active', 'reactivation', 9],
      ],
    ],
  ])('is not told of a key that %s', async (_, changes) => {
    for (const change of changes) await update(...change);
    await rule.sweep();
    expect(annotation()).toMatch(/^2 active access keys, 1 allowed\. Deactivate/);
    expect(annotation()).not.toContain('Runbook');
  });

  it('is told as soon as its event is visible, of a violation that Config holds already', async () => {
    await rule.sweep();
    await update('Inactive', 'deactivation', 10);
    await update('Active', 'operator', 9);
    pass();
    await rule.sweep();
    expect(annotation()).toContain(told);
    const { length } = rule.batches().flatMap(({ Evaluations }) => Evaluations);
    pass();
    await rule.sweep();
    expect(rule.batches().flatMap(({ Evaluations }) => Evaluations)).toHaveLength(length);
  });

  it('is told of a change notification too', async () => {
    forgetAll();
    const [UserName, UserId] = ['serverless-test', 'AIDAQO5QBPYFF4ULQRVCE'];
    rule.iam.seedUser({ UserName, UserId, keys: [{ AccessKeyId: old }, { AccessKeyId: recent }] });
    const call = { service: 'iam', operation: 'UpdateAccessKey' } as const;
    for (const [Status, principal] of [
      ['Inactive', 'deactivation'],
      ['Active', 'operator'],
    ] as const)
      await rule.dispatcher.call({
        ...call,
        principal,
        input: { UserName, AccessKeyId: old, Status },
      });
    await rule.change();
    expect(rule.reported()[UserName]?.Annotation).toContain(`Runbook deactivated ${old}`);
  });

  it('costs a sweep without violations no event history, and one with many of them one', async () => {
    for (const UserName of ['bob', 'carol']) rule.iam.seedUser({ UserName, keys: [{}, {}] });
    await rule.sweep();
    expect(rule.callCounts()['LookupEvents']).toBe(1);
    forgetAll();
    await rule.sweep();
    expect(rule.callCounts()['LookupEvents']).toBe(1);
  });

  it('keeps no violation from being reported when the history cannot be read; the log says why', async () => {
    await update('Inactive', 'deactivation', 10);
    await update('Active', 'operator', 9);
    const error = new ServiceError('AccessDeniedException', 'not here', 400);
    rule.faults.fail({ service: 'cloudtrail', operation: 'LookupEvents', always: true, error });
    await rule.sweep();
    expect(rule.reported()['alice']?.ComplianceType).toBe('NON_COMPLIANT');
    expect(annotation()).not.toContain('Runbook');
    expect(JSON.parse(rule.lines.at(-1) ?? '')).toMatchObject({
      level: 'INFO',
      historyUnknown: { errorType: 'AccessDeniedException', errorMessage: 'not here' },
    });
  });
});
