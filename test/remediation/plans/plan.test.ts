import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asDryRun,
  deleteCommand,
  lastUseCommand,
  listCommand,
  noAction,
  planTo,
  remediateCommand,
  unknownUser,
  updateCommand,
} from '../../../remediation/plans/plan.ts';
import { keyId } from '../../support/build.ts';
import { alice, planOf } from '../../support/plans.ts';

const { UserId, UserName } = alice;
const AccessKeyId = keyId('OLD');
const user = { ...alice, keys: [] };

describe('commands', () => {
  const key = { UserName, AccessKeyId };
  const remediation = {
    ConfigRuleName: 'iam-user-single-access-key',
    Runbook: 'DeactivateAccessKey',
  } as const;

  it.each([
    [
      updateCommand(key, 'Active'),
      'aws iam update-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXOLD --status=Active',
    ],
    [
      updateCommand(key, 'Inactive'),
      'aws iam update-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXOLD --status=Inactive',
    ],
    [
      deleteCommand(key),
      'aws iam delete-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXOLD',
    ],
    [
      lastUseCommand({ AccessKeyId }),
      'aws iam get-access-key-last-used --access-key-id=AKIAXXXXXXXXXXXXXOLD',
    ],
    [listCommand({ UserName }), 'aws iam list-access-keys --user-name=alice'],
    [
      remediateCommand({ ...remediation, region: 'us-east-1' }, UserId),
      'aws configservice start-remediation-execution --region=us-east-1 --config-rule-name=iam-user-single-access-key --resource-keys=resourceType=AWS::IAM::User,resourceId=AIDAXXXXXXXXXXXXALICE',
    ],
    [
      remediateCommand({ ...remediation, region: 'us-gov-west-1' }, UserId),
      'start the runbook DeactivateAccessKey with UserId=AIDAXXXXXXXXXXXXALICE',
    ],
  ])('%s', (command, expected) => {
    expect(command).toBe(expected);
  });

  it.each([
    ['-rf', '--user-name=-rf'],
    ['a+b=c,d.e@f-g_h', '--user-name=a+b=c,d.e@f-g_h'],
    ["x'; rm -rf ~", "--user-name='x'\\''; rm -rf ~'"],
    ['$HOME', "--user-name='$HOME'"],
    ['a b', "--user-name='a b'"],
    ['alice\n', "--user-name='alice\n'"],
    ['', "--user-name=''"],
  ])('quote the user name %j as one word', (name, expected) => {
    expect(listCommand({ UserName: name })).toBe(`aws iam list-access-keys ${expected}`);
  });

  it('pass any user name through a shell unchanged', () => {
    const anyName = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
    const names = fc
      .sample(anyName, 50)
      .map((name) => name.replaceAll('\0', ''))
      .concat('-n', '*', '~', '`id`', '$(id)', '\\', '"', "'", '!x', '#');
    const script = names
      .map((name) => listCommand({ UserName: name }).replace('aws iam', "printf '%s\\0'"))
      .join('\n');
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0');
    const expected = names.flatMap((name) => ['list-access-keys', `--user-name=${name}`]);
    expect(words).toEqual([...expected, '']);
  });
});

describe('planTo', () => {
  const planned = { AccessKeyId, Reason: 'a reason', NextCommand: 'a command' };

  it.each(['Deactivate', 'Reactivate', 'Delete'] as const)(
    'plans to %s; members that do not apply are none',
    (Outcome) => {
      expect(planTo(Outcome, user, planned)).toEqual(planOf({ Outcome, ...planned }));
    },
  );

  it('takes every member that is given', () => {
    const more = {
      KeepAccessKeyId: keyId('NEW'),
      UndoCommand: 'another command',
      Basis: 'a fact',
      Evidence: 'CloudTrail',
    } as const;
    expect(planTo('Delete', user, { ...planned, ...more })).toEqual(
      planOf({ Outcome: 'Delete', ...planned, ...more }),
    );
  });

  it('becomes a dry run, with its own next command', () => {
    const plan = planTo('Delete', user, planned);
    expect(asDryRun(plan)).toEqual({ ...plan, Outcome: 'DryRun', NextCommand: 'none' });
    expect(asDryRun(plan, 'go')).toEqual({ ...plan, Outcome: 'DryRun', NextCommand: 'go' });
  });
});

describe('noAction', () => {
  it.each(['NothingToDo', 'Refused'] as const)('returns a plan that is %s', (Outcome) => {
    const Reason = 'a reason';
    expect(noAction(Outcome, Reason, { UserId })).toEqual(
      planOf({ Outcome, Reason, UserName: 'none' }),
    );
    const about = { AccessKeyId, NextCommand: 'a command' };
    expect(noAction(Outcome, Reason, { ...alice, ...about })).toEqual(
      planOf({ Outcome, Reason, ...about }),
    );
  });

  it('never takes an outcome from the plan that it is about', () => {
    const plan = planTo('Delete', user, { AccessKeyId, Reason: 'delete', NextCommand: 'go' });
    expect(noAction('Refused', 'a reason', plan)).toMatchObject({
      Outcome: 'Refused',
      Reason: 'a reason',
    });
  });

  it('refuses an id that no user has', () => {
    expect(unknownUser(UserId, '123456789012')).toEqual(
      planOf({
        Outcome: 'Refused',
        UserName: 'none',
        Reason:
          'no IAM user in the account 123456789012 has the id AIDAXXXXXXXXXXXXALICE; the user may have been deleted. UserId is the unique id of a user, such as AIDACKCEVSQ6C2EXAMPLE, not its name. AWS Config shows it as the resource id',
      }),
    );
  });
});
