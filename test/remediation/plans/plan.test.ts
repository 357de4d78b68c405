import { describe, expect, it } from 'vitest';
import { asDryRun, NONE, planTo, without, withoutUser } from '../../../remediation/plans/plan.ts';
import { keyId } from '../../support/build.ts';

const user = { UserId: 'AIDAXXXXXXXXXXXXALICE', UserName: 'alice' };
const planned = { AccessKeyId: keyId('OLD'), Reason: 'a reason', NextCommand: 'go on' };

describe('a plan', () => {
  it.each(['Deactivate', 'Reactivate', 'Delete'] as const)(
    'to %s says none where it has nothing to say',
    (act) => {
      expect(planTo(act, user, planned)).toEqual({
        Outcome: act,
        ...user,
        ...planned,
        KeepAccessKeyId: 'none',
        UndoCommand: 'none',
        Basis: 'none',
        Evidence: 'none',
      });
    },
  );

  it('says what it has to say', () => {
    const more = {
      KeepAccessKeyId: keyId('NEW'),
      UndoCommand: 'take it back',
      Basis: 'what is known',
      Evidence: 'CloudTrail',
    } as const;
    expect(planTo('Deactivate', user, { ...planned, ...more })).toEqual({
      Outcome: 'Deactivate',
      ...user,
      ...planned,
      ...more,
    });
  });

  it('as a dry run says the same, but for what it is and what comes next', () => {
    const plan = planTo('Delete', user, planned);
    expect(asDryRun(plan)).toEqual({ ...plan, Outcome: 'DryRun', NextCommand: NONE });
    expect(asDryRun(plan, 'do it')).toEqual({ ...plan, Outcome: 'DryRun', NextCommand: 'do it' });
  });
});

describe('a plan that writes nothing', () => {
  it.each(['NothingToDo', 'Refused'] as const)('is %s, and says why', (Outcome) => {
    expect(without(Outcome, 'a reason', { UserId: user.UserId })).toEqual({
      Outcome,
      UserId: user.UserId,
      Reason: 'a reason',
      UserName: 'none',
      AccessKeyId: 'none',
      KeepAccessKeyId: 'none',
      UndoCommand: 'none',
      NextCommand: 'none',
      Basis: 'none',
      Evidence: 'none',
    });
  });

  it('says what it is about, and never that it acts', () => {
    const about = { ...user, AccessKeyId: keyId('OLD'), NextCommand: 'go on' };
    const plan = without('Refused', 'a reason', { ...about, Outcome: 'Delete', Reason: 'another' });
    expect(plan).toMatchObject({ ...about, Outcome: 'Refused', Reason: 'a reason' });
  });

  it('refuses an id that no user has', () => {
    expect(withoutUser(user.UserId)).toMatchObject({
      Outcome: 'Refused',
      UserId: user.UserId,
      UserName: 'none',
      Reason: 'no IAM user of this account has the id AIDAXXXXXXXXXXXXALICE; it may be deleted',
    });
  });
});
