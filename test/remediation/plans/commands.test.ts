import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deletionCommand,
  lastUseCommand,
  listCommand,
  remediateCommand,
  updateCommand,
} from '../../../remediation/plans/plan.ts';
import { keyId } from '../../support/build.ts';

const AccessKeyId = keyId('OLD');
const UserId = 'AIDAXXXXXXXXXXXXALICE';
const UserName = 'alice';

describe('the commands of a plan', () => {
  it.each(['Active', 'Inactive'] as const)('make a key %s', (status) => {
    expect(updateCommand({ UserName, AccessKeyId }, status)).toBe(
      `aws iam update-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXOLD --status=${status}`,
    );
  });

  it('tell when a key was last used', () => {
    expect(lastUseCommand({ AccessKeyId })).toBe(
      'aws iam get-access-key-last-used --access-key-id=AKIAXXXXXXXXXXXXXOLD',
    );
  });

  it('tell which keys a user has', () => {
    expect(listCommand({ UserName })).toBe('aws iam list-access-keys --user-name=alice');
  });

  it('start a remediation of a user by a rule', () => {
    expect(remediateCommand('iam-user-single-access-key', UserId)).toBe(
      'aws configservice start-remediation-execution --config-rule-name=iam-user-single-access-key --resource-keys=resourceType=AWS::IAM::User,resourceId=AIDAXXXXXXXXXXXXALICE',
    );
  });

  it('have a key deleted, from the start that every deletion has', () => {
    expect(deletionCommand('aws ssm start --parameters Role=r', { UserId, AccessKeyId })).toBe(
      'aws ssm start --parameters Role=r,UserId=AIDAXXXXXXXXXXXXALICE,AccessKeyId=AKIAXXXXXXXXXXXXXOLD',
    );
  });
});

describe('a user name in a command', () => {
  it.each([
    ['-rf', '--user-name=-rf'],
    ['a+b=c,d.e@f-g_h', '--user-name=a+b=c,d.e@f-g_h'],
    ["x'; rm -rf ~", "--user-name='x'\\''; rm -rf ~'"],
    ['$HOME', "--user-name='$HOME'"],
    ['$(id)', "--user-name='$(id)'"],
    ['a b', "--user-name='a b'"],
    ['alice\n', "--user-name='alice\n'"],
    ['', "--user-name=''"],
  ])('%j is one word of a shell', (name, expected) => {
    expect(listCommand({ UserName: name })).toBe(`aws iam list-access-keys ${expected}`);
    expect(updateCommand({ UserName: name, AccessKeyId }, 'Active')).toContain(` ${expected} `);
  });

  it('comes out of a shell as it went in', () => {
    const anyName = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
    const names = fc
      .sample(anyName, 50)
      .map((name) => name.replaceAll('\0', ''))
      .concat('-n', '*', '~', '`id`', '\\', '"', "'", '!x', '#');
    const script = names
      .map((name) => listCommand({ UserName: name }).replace('aws iam', "printf '%s\\0'"))
      .join('\n');
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0');
    const expected = names.flatMap((name) => ['list-access-keys', `--user-name=${name}`]);
    expect(words).toEqual([...expected, '']);
  });
});
