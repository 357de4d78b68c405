import { afterEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { UserSeed } from '../../local-account/iam/users.ts';
import { daysBefore } from '../../support/build.ts';
import { ruleProperties } from '../../support/served-account.ts';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';

const keys = [{ CreateDate: daysBefore(400) }, { CreateDate: daysBefore(100) }];
const tagged = (UserName: string, tags: Record<string, string> = {}): UserSeed => ({
  UserName,
  keys,
  tags,
});

const messageTypes = ['ScheduledNotification'];

let rule: ServedRule;
const setParameters = (InputParameters: object) =>
  rule.config.putConfigRule({ ...ruleProperties(...messageTypes), InputParameters });
const serve = async (InputParameters: object, users: UserSeed[]) => {
  rule = await serveRule({ pageSize: 2, users, messageTypes });
  setParameters(InputParameters);
};
const sweepAnHourLater = async () => {
  rule.clock.now = new Date(rule.clock.now.getTime() + 3_600_000);
  await rule.sweep();
};
afterEach(() => rule.close());

const exemptionTagKey = 'keys-until';
const verdicts = () =>
  Object.fromEntries(
    Object.entries(rule.reported()).map(([name, { ComplianceType }]) => [name, ComplianceType]),
  );
const call = (operation: string, input: object) =>
  rule.dispatcher.call({ service: 'iam', operation, input, principal: 'operator' });

describe('a sweep with an exemption tag', () => {
  it('finds the tag among many, whatever its case, and obeys its date', async () => {
    const others = Object.fromEntries(['a', 'b', 'c', 'y', 'z'].map((name) => [name, 'other']));
    await serve({ exemptionTagKey }, [
      tagged('exempt', { ...others, 'Keys-Until': '2026-12-31' }),
      tagged('expired', { 'keys-until': '2026-01-30' }),
      tagged('malformed', { 'keys-until': 'forever' }),
      tagged('empty', { 'keys-until': '' }),
      tagged('untagged', others),
    ]);

    await rule.sweep();

    expect(verdicts()).toEqual({
      exempt: 'COMPLIANT',
      expired: 'NON_COMPLIANT',
      malformed: 'NON_COMPLIANT',
      empty: 'NON_COMPLIANT',
      untagged: 'NON_COMPLIANT',
    });
    expect(rule.reported()['exempt']?.Annotation).toContain('Exempt until 2026-12-31');
    expect(rule.reported()['expired']?.Annotation).toContain('Exemption expired 2026-01-30.');
    expect(JSON.parse(rule.lines.join())).toMatchObject({ Users: 5, Violations: 4, Exempt: 1 });
  });

  it('reads tags of users that are otherwise NON_COMPLIANT only, one call each', async () => {
    await serve({ exemptionTagKey, rotationGraceDays: '30' }, [
      ...compliantUsers(5),
      tagged('violation'),
      { UserName: 'rotating', keys: [...keys.slice(1), { CreateDate: daysBefore(1) }] },
    ]);

    await rule.sweep();

    expect(rule.callCounts()).toMatchObject({ ListUserTags: 1, GetAccessKeyLastUsed: 2 });
    expect(verdicts()).toMatchObject({ violation: 'NON_COMPLIANT', rotating: 'COMPLIANT' });
  });

  it('sees a violation that is exempt since, and one that is no longer', async () => {
    await serve({ exemptionTagKey }, [tagged('alice')]);
    await rule.sweep();
    const tag = { UserName: 'alice', 'Tags.member.1.Key': exemptionTagKey };
    await call('TagUser', { ...tag, 'Tags.member.1.Value': '2026-12-31' });
    await sweepAnHourLater();
    expect(verdicts()).toEqual({ alice: 'COMPLIANT' });

    await call('UntagUser', { UserName: 'alice', 'TagKeys.member.1': exemptionTagKey });
    await sweepAnHourLater();
    expect(verdicts()).toEqual({ alice: 'NON_COMPLIANT' });
  });

  it.each([
    ['an exemption tag in another case than the user has it', { exemptionTagKey: 'KEYS-UNTIL' }],
    ['a grace in which its newest key is', { rotationGraceDays: '90' }],
  ])('sees a violation that is none by a parameter set since: %s', async (_, parameters) => {
    const newer = { CreateDate: daysBefore(80) };
    const tags = { [exemptionTagKey]: '2026-12-31' };
    await serve({}, [{ UserName: 'alice', keys: [...keys.slice(0, 1), newer], tags }]);
    await rule.sweep();
    expect(verdicts()).toEqual({ alice: 'NON_COMPLIANT' });

    setParameters(parameters);
    await sweepAnHourLater();
    expect(verdicts()).toEqual({ alice: 'COMPLIANT' });

    setParameters({});
    await sweepAnHourLater();
    expect(verdicts()).toEqual({ alice: 'NON_COMPLIANT' });
  });

  it('finds the exemption of a user that is renamed before its tags are read', async () => {
    await serve({ exemptionTagKey }, [tagged('alice', { [exemptionTagKey]: '2026-12-31' })]);
    rule.interpose('ListUserTags', async (input, proceed) => {
      if ((input as { UserName: string }).UserName === 'alice')
        await call('UpdateUser', { UserName: 'alice', NewUserName: 'renamed' });
      return proceed();
    });
    await rule.sweep();
    expect(verdicts()).toEqual({ renamed: 'COMPLIANT' });
  });

  it('takes a user that is deleted before its tags are read for gone', async () => {
    await serve({ exemptionTagKey }, [tagged('gone'), tagged('alice')]);
    await rule.sweep();
    const id = rule.iam.users.get('gone')?.UserId ?? '';
    rule.interpose('ListUserTags', async (input, proceed) => {
      const user = rule.iam.users.get('gone');
      if ((input as { UserName: string }).UserName === 'gone' && user) {
        user.keys.splice(0);
        await call('DeleteUser', { UserName: 'gone' });
      }
      return proceed();
    });

    await sweepAnHourLater();

    expect(verdicts()[id]).toBe('NOT_APPLICABLE');
  });

  it('gives no verdict where tags cannot be read', async () => {
    await serve({ exemptionTagKey }, [tagged('alice', { [exemptionTagKey]: '2026-12-31' })]);
    const error = new ServiceError('AccessDenied', 'not authorized', 403);
    rule.faults.fail({ service: 'iam', operation: 'ListUserTags', error });

    await expect(rule.sweep()).rejects.toThrow('not authorized');

    expect(rule.batches()).toEqual([]);
  });
});
