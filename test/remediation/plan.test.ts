import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlanPolicy, planDeactivation } from '../../remediation/plan.ts';
import { isActive } from '../../rule/access-key.ts';
import { accessKey, at, daysBefore, keyId } from '../support/build.ts';

const user = { UserId: 'AIDAXXXXXXXXXXXXALICE', UserName: 'alice' };
const policy: PlanPolicy = {
  AccessKeyId: undefined,
  DryRun: false,
  maxActiveAccessKeys: 1,
  rotationGraceDays: 0,
  minimumIdleDays: 7,
  at,
};
const abandoned = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const inUse = accessKey('NEW', { LastUsedDate: daysBefore(1) });
const inactive = accessKey('OFF', { Status: 'Inactive' });

const plan = (keys: (typeof abandoned)[], overrides: Partial<PlanPolicy> = {}) =>
  planDeactivation(user.UserId, { user, keys }, { ...policy, ...overrides });

describe('planDeactivation', () => {
  it('scenario 1: refuses an id that no user has', () => {
    expect(planDeactivation(user.UserId, undefined, policy)).toEqual({
      Outcome: 'Refused',
      UserId: user.UserId,
      UserName: 'none',
      AccessKeyId: 'none',
      KeepAccessKeyId: 'none',
      Reason: 'no IAM user of this account has the id AIDAXXXXXXXXXXXXALICE; it may be deleted',
      UndoCommand: 'none',
    });
  });

  it('scenario 2: refuses a named key that is not one of the user', () => {
    expect(plan([abandoned, inUse], { AccessKeyId: keyId('ELSE') })).toMatchObject({
      Outcome: 'Refused',
      AccessKeyId: keyId('ELSE'),
      Reason: 'AKIAXXXXXXXXXXXXELSE is not an access key of alice',
      UndoCommand: 'none',
    });
  });

  it.each(['Inactive', 'Expired'])(
    'scenario 3: has nothing to do with a named key that is %s',
    (Status) => {
      const named = { ...inactive, Status };
      expect(plan([inUse, named], { AccessKeyId: named.AccessKeyId })).toMatchObject({
        Outcome: 'NothingToDo',
        Reason: `AKIAXXXXXXXXXXXXXOFF is not active: it is ${Status}`,
      });
    },
  );

  it('scenario 4: refuses the last active key, whoever names it', () => {
    expect(plan([inUse, inactive], { AccessKeyId: inUse.AccessKeyId })).toMatchObject({
      Outcome: 'Refused',
      Reason: 'AKIAXXXXXXXXXXXXXNEW is the last active key of alice',
    });
  });

  it('scenario 5: a named key goes although the ranking would keep it', () => {
    expect(plan([abandoned, inUse], { AccessKeyId: inUse.AccessKeyId })).toMatchObject({
      Outcome: 'Deactivate',
      AccessKeyId: inUse.AccessKeyId,
      KeepAccessKeyId: abandoned.AccessKeyId,
    });
  });

  it('scenario 5: a named key goes although the ranking would refuse, or the rule allows two', () => {
    const twin = { ...abandoned, AccessKeyId: keyId('TWIN') };
    expect(plan([abandoned, twin], { AccessKeyId: twin.AccessKeyId }).Outcome).toBe('Deactivate');
    expect(
      plan([abandoned, inUse], { AccessKeyId: inUse.AccessKeyId, maxActiveAccessKeys: 2 }).Outcome,
    ).toBe('Deactivate');
  });

  it.each([
    ['no key', [], '0 active access keys, 1 allowed', 1],
    ['one active key', [inUse, inactive], '1 active access key, 1 allowed', 1],
    ['two where two are allowed', [inUse, abandoned], '2 active access keys, 2 allowed', 2],
  ])('scenario 6: has nothing to do with %s', (_, keys, reason, maxActiveAccessKeys) => {
    expect(plan(keys, { maxActiveAccessKeys })).toMatchObject({
      Outcome: 'NothingToDo',
      Reason: `alice has ${reason}`,
      UndoCommand: 'none',
    });
  });

  describe('scenario 6: a user who may have its keys', () => {
    const exemption = { exemptionTag: 'keys-until' };
    const exempt = (overrides: Partial<PlanPolicy> = {}) =>
      planDeactivation(
        user.UserId,
        { user, keys: [abandoned, inUse], exemption: '2026-01-31' },
        { ...policy, ...exemption, ...overrides },
      );

    it('by a tag is left alone, and told so', () => {
      expect(exempt()).toMatchObject({
        Outcome: 'NothingToDo',
        Reason:
          'alice is left alone: Exempt until 2026-01-31 by the tag keys-until: 2 active access keys, 1 allowed. UTC dates. To decide otherwise, start the runbook with AccessKeyId',
      });
    });

    it('in a rotation is left alone, and told so', () => {
      const young = accessKey('YOUNG', { CreateDate: daysBefore(1), LastUsedDate: at });
      expect(plan([abandoned, young], { rotationGraceDays: 7 })).toMatchObject({
        Outcome: 'NothingToDo',
        Reason: expect.stringContaining('In rotation until 2026-02-06T12:00:00.000Z'),
      });
    });

    it('is not, when a person names a key', () => {
      expect(exempt({ AccessKeyId: abandoned.AccessKeyId })).toMatchObject({
        Outcome: 'Deactivate',
        AccessKeyId: abandoned.AccessKeyId,
      });
    });

    it('is not any more once the exemption is over', () => {
      expect(exempt({ at: new Date('2026-02-01T00:00:00Z') }).Outcome).toBe('Deactivate');
    });
  });

  it('scenario 7: refuses what the ranking refuses, and says how to decide', () => {
    const busy = accessKey('BUSY', { LastUsedDate: daysBefore(2) });
    expect(plan([busy, inUse])).toMatchObject({
      Outcome: 'Refused',
      Reason:
        'no key of alice is chosen: AKIAXXXXXXXXXXXXBUSY (last used 2026-01-29) is idle longest beside AKIAXXXXXXXXXXXXXNEW, but less than 7 days on 2026-01-31; to decide, start the runbook with AccessKeyId',
    });
  });

  it('scenario 8: deactivates the key idle longest and says why and how to undo it', () => {
    expect(plan([inUse, abandoned])).toEqual({
      Outcome: 'Deactivate',
      ...user,
      AccessKeyId: abandoned.AccessKeyId,
      KeepAccessKeyId: inUse.AccessKeyId,
      Reason:
        'AKIAXXXXXXXXXXXXXOLD goes (last used 2025-07-15), AKIAXXXXXXXXXXXXXNEW stays active (last used 2026-01-30), UTC dates',
      UndoCommand:
        'aws iam update-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXOLD --status=Active',
    });
  });

  it('scenario 9: a dry run says the same and acts on nothing; a refusal stays one', () => {
    const { Outcome, ...rest } = plan([inUse, abandoned]);
    expect(plan([inUse, abandoned], { DryRun: true })).toEqual({ ...rest, Outcome: 'DryRun' });
    expect(Outcome).toBe('Deactivate');
    expect(plan([inUse], { DryRun: true, AccessKeyId: inUse.AccessKeyId }).Outcome).toBe('Refused');
  });

  it.each([
    ['-rf', '--user-name=-rf '],
    ['a+b=c,d.e@f-g_h', '--user-name=a+b=c,d.e@f-g_h '],
    ["x'; rm -rf ~", "--user-name='x'\\''; rm -rf ~' "],
    ['$HOME', "--user-name='$HOME' "],
    ['$(id)', "--user-name='$(id)' "],
  ])('the undo command keeps the user name %j one word of a shell', (UserName, expected) => {
    const found = { user: { ...user, UserName }, keys: [inUse, abandoned] };
    expect(planDeactivation(user.UserId, found, policy).UndoCommand).toContain(expected);
  });
});

describe('planDeactivation, for any keys and any request', () => {
  const instant = fc
    .integer({ min: -500, max: 0 })
    .map((days) => new Date(at.getTime() + days * 86_400_000));
  const names = ['K1', 'K2', 'K3', 'K4'];
  const anyKeys = fc.subarray(names).chain((chosen) =>
    fc.tuple(
      ...chosen.map((name) =>
        fc.record({
          AccessKeyId: fc.constant(keyId(name)),
          Status: fc.constantFrom('Active', 'Active', 'Inactive', 'Expired'),
          CreateDate: instant,
          LastUsedDate: fc.option(instant, { nil: undefined }),
        }),
      ),
    ),
  );
  const anyPolicy = fc.record({
    AccessKeyId: fc.option(fc.constantFrom(...names.map(keyId)), { nil: undefined }),
    DryRun: fc.boolean(),
    maxActiveAccessKeys: fc.integer({ min: 1, max: 3 }),
    minimumIdleDays: fc.integer({ min: 0, max: 365 }),
    at: fc.constant(at),
  });

  it('takes an active key of the user, the one that was named, and leaves another active', () => {
    fc.assert(
      fc.property(anyKeys, anyPolicy, (keys, request) => {
        const { Outcome, AccessKeyId, KeepAccessKeyId } = plan(keys, request);
        if (Outcome !== 'Deactivate' && Outcome !== 'DryRun') return;
        const active = keys.filter(isActive).map((key) => key.AccessKeyId);
        expect(active).toContain(AccessKeyId);
        expect(active).toContain(KeepAccessKeyId);
        expect(AccessKeyId).not.toBe(KeepAccessKeyId);
        expect(request.AccessKeyId ?? AccessKeyId).toBe(AccessKeyId);
        expect(Outcome === 'DryRun').toBe(request.DryRun);
      }),
    );
  });

  it('always gives a reason, and an undo command exactly where there is something to undo', () => {
    fc.assert(
      fc.property(anyKeys, anyPolicy, (keys, request) => {
        const { Outcome, Reason, UndoCommand } = plan(keys, request);
        expect(Reason).not.toBe('');
        expect(UndoCommand !== 'none').toBe(Outcome === 'Deactivate' || Outcome === 'DryRun');
      }),
    );
  });
});
