import { afterEach, describe, expect, it } from 'vitest';
import type { LocalAccessKey, UserSeed } from '../../local-account/iam/users.ts';
import { at, daysBefore } from '../../support/build.ts';
import { compliantUsers, type ServedRule, serveRule, usedKey } from '../../support/served-rule.ts';

let rule: ServedRule;
/** Serves a rule that only a schedule triggers. */
const serve = async (options: Parameters<typeof serveRule>[0]) => {
  rule = await serveRule({ messageTypes: ['ScheduledNotification'], ...options });
};
/** Serves a rule that has swept the account an hour ago. */
const serveSwept = async (options: Parameters<typeof serveRule>[0]) => {
  await serve(options);
  await rule.sweep();
  rule.pass({ hours: 1 });
};
afterEach(() => rule.close());

const inactive: Partial<LocalAccessKey> = { Status: 'Inactive' };
const alice: UserSeed = { UserName: 'alice', keys: [usedKey(200), usedKey(1)] };
const twoKeys = alice.keys;

/** Sweeps and returns the reported types by user id, and the number of calls. */
const sweep = async () => {
  const [batches, calls] = [rule.batches().length, rule.callCounts()];
  await rule.sweep();
  const evaluations = rule
    .batches()
    .slice(batches)
    .flatMap(({ Evaluations }) => Evaluations);
  const count = (name: string) => (rule.callCounts()[name] ?? 0) - (calls[name] ?? 0);
  const sent = evaluations.map(({ ComplianceResourceId, ComplianceType }) => [
    ComplianceResourceId,
    ComplianceType,
  ]);
  return { sent: Object.fromEntries(sent), count };
};

describe('a sweep', () => {
  it('evaluates users of every shape on pages of two', async () => {
    const users: [UserSeed, string][] = [
      [{ UserName: 'bob', keys: [{}] }, 'COMPLIANT'],
      [{ UserName: 'bobby', keys: twoKeys }, 'NON_COMPLIANT'],
      [{ UserName: 'carol', Path: '/team/a/', keys: twoKeys }, 'NON_COMPLIANT'],
      [{ UserName: 'carol,dave=x+y@z', keys: twoKeys }, 'NON_COMPLIANT'],
      [{ UserName: 'third', keys: [inactive, usedKey(100), usedKey(1)] }, 'NON_COMPLIANT'],
      [{ UserName: 'expired', keys: [{ Status: 'Expired' }, {}] }, 'COMPLIANT'],
      [{ UserName: 'off', keys: [inactive, inactive] }, 'COMPLIANT'],
      [{ UserName: 'none' }, 'COMPLIANT'],
      [
        { UserName: 'eight', keys: Array.from({ length: 8 }, (_, day) => usedKey(day + 10)) },
        'NON_COMPLIANT',
      ],
    ];
    await serve({ pageSize: 2, users: users.map(([user]) => user) });
    await rule.sweep();
    expect(rule.reportedTypes()).toEqual(
      Object.fromEntries(users.map(([{ UserName }, type]) => [UserName, type])),
    );
  });

  it.each([
    [0, [0]],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [205, [100, 100, 5]],
  ])('reports %d users in batches of %j', async (count, sizes) => {
    await serve({ users: compliantUsers(count) });
    await rule.sweep();
    expect(rule.batches().map(({ Evaluations }) => Evaluations.length)).toEqual(sizes);
  });

  it('reports the instant of the notification', async () => {
    await serve({ users: [alice] });
    const [old, recent] = rule.iam.users.get('alice')?.keys ?? [];
    await rule.sweep();
    expect(rule.reported()['alice']).toEqual({
      ComplianceResourceType: 'AWS::IAM::User',
      ComplianceResourceId: rule.idOf('alice'),
      ComplianceType: 'NON_COMPLIANT',
      Annotation: `alice: 2 active access keys, 1 allowed. Deactivate ${old?.AccessKeyId} (last used 2025-07-15, s3, us-east-1). Keep ${recent?.AccessKeyId} (last used 2026-01-30, s3, us-east-1). As of 2026-01-31 UTC.`,
      OrderingTimestamp: at.getTime() / 1000,
    });
  });

  it('reads the attached policies, and the last use of the active keys, of violators only', async () => {
    const violation = { UserName: 'alice', keys: [usedKey(200), usedKey(1), inactive] };
    await serve({ users: [...compliantUsers(20), violation] });
    await rule.sweep();
    expect(rule.callCounts()).toEqual({
      GetComplianceDetailsByConfigRule: 2,
      ListUsers: 1,
      ListAccessKeys: 21,
      ListAttachedUserPolicies: 1,
      GetAccessKeyLastUsed: 2,
      PutEvaluations: 1,
    });
  });
});

describe('a sweep with an exemption tag', () => {
  const exemptionTagKey = 'keys-until';
  const tagged = (UserName: string, tags: Record<string, string> = {}): UserSeed => ({
    UserName,
    keys: twoKeys,
    tags,
  });

  it('finds the tag among many, in any case, and compares its date', async () => {
    const others = Object.fromEntries(['a', 'b', 'c', 'y', 'z'].map((name) => [name, 'other']));
    const users = [
      tagged('exempt', { ...others, 'Keys-Until': '2026-12-31' }),
      tagged('expired', { 'keys-until': '2026-01-30' }),
      tagged('untagged', others),
    ];
    await serve({ pageSize: 2, users });
    rule.setParameters({ exemptionTagKey });

    await rule.sweep();

    expect(rule.reportedTypes()).toEqual({
      exempt: 'COMPLIANT',
      expired: 'NON_COMPLIANT',
      untagged: 'NON_COMPLIANT',
    });
    expect(rule.reported()['exempt']?.Annotation).toContain('Exempt until 2026-12-31');
    expect(rule.reported()['expired']?.Annotation).toContain(
      "Exemption tag keys-until is '2026-01-30', expected a date that has not passed.",
    );
    expect(rule.lastLine()).toMatchObject({ Users: 3, Violations: 2, Exempt: 1 });
  });

  it('reads the tags only of users that would be NON_COMPLIANT', async () => {
    const rotating = { UserName: 'rotating', keys: [usedKey(1), { CreateDate: daysBefore(1) }] };
    await serve({ users: [...compliantUsers(5), tagged('violation'), rotating] });
    rule.setParameters({ exemptionTagKey, rotationGraceDays: '30' });
    await rule.sweep();
    expect(rule.callCounts()).toMatchObject({ ListUserTags: 1, GetAccessKeyLastUsed: 2 });
    expect(rule.reportedTypes()).toMatchObject({
      violation: 'NON_COMPLIANT',
      rotating: 'COMPLIANT',
    });
  });
});

describe('a sweep after another one', () => {
  it('sends one empty report if nothing has changed, and reads the evidence of violators', async () => {
    await serveSwept({ users: [...compliantUsers(120), alice] });
    const { sent, count } = await sweep();
    expect(sent).toEqual({});
    expect(rule.batches()).toHaveLength(3);
    expect(count('GetAccessKeyLastUsed')).toBe(2);
    expect(count('ListAccessKeys')).toBe(121);
    expect(count('ListUsers')).toBe(1);
    // Two pages of 100 results. They are read again only before a report.
    expect(count('GetComplianceDetailsByConfigRule')).toBe(2);
  });

  it('reports only changes', async () => {
    await serveSwept({ pageSize: 7, users: [...compliantUsers(40), alice] });
    await rule.call('CreateAccessKey', { UserName: 'user-7' });
    const [key] = rule.iam.users.get('alice')?.keys ?? [];
    const update = { UserName: 'alice', AccessKeyId: key?.AccessKeyId, Status: 'Inactive' };
    await rule.call('UpdateAccessKey', update);
    await rule.call('CreateUser', { UserName: 'new' });
    expect((await sweep()).sent).toEqual({
      [rule.idOf('user-7')]: 'NON_COMPLIANT',
      [rule.idOf('alice')]: 'COMPLIANT',
      [rule.idOf('new')]: 'COMPLIANT',
    });
  });

  /** alice uses one of her keys now. */
  const useKey = (index: number) => {
    const lastUsed = { LastUsedDate: rule.clock.now, ServiceName: 's3', Region: 'us-east-1' };
    Object.assign(rule.iam.users.get('alice')?.keys[index] ?? {}, { lastUsed });
  };

  it('reports a new last use of the key to keep only after refreshDays', async () => {
    await serveSwept({ users: [alice] });
    rule.pass({ days: 1 });
    useKey(1);
    rule.pass({ days: 6, hours: -2 });
    expect((await sweep()).sent).toEqual({});

    rule.pass({ hours: 1 });
    expect((await sweep()).sent).toEqual({ [rule.idOf('alice')]: 'NON_COMPLIANT' });
    expect(rule.reported()['alice']?.Annotation).toMatch(
      /Keep \w+ \(last used 2026-02-01, s3, us-east-1\)\. As of 2026-02-07 UTC\.$/,
    );
  });

  it('reports at once when another key becomes the longest idle', async () => {
    await serveSwept({ users: [alice] });
    const [first, second] = rule.iam.users.get('alice')?.keys ?? [];
    rule.pass({ days: 6 });
    useKey(0);
    rule.pass({ hours: 1 });
    expect((await sweep()).sent).toEqual({ [rule.idOf('alice')]: 'NON_COMPLIANT' });
    expect(rule.reported()['alice']?.Annotation).toMatch(
      new RegExp(`Deactivate ${second?.AccessKeyId} .* Keep ${first?.AccessKeyId} `),
    );
  });

  it('reports every violation with refreshDays 0, and nothing else', async () => {
    await serveSwept({ users: [...compliantUsers(3), alice] });
    rule.setParameters({ refreshDays: '0' });
    expect((await sweep()).sent).toEqual({ [rule.idOf('alice')]: 'NON_COMPLIANT' });
  });

  it('reports a deleted user once', async () => {
    await serveSwept({ users: [{ UserName: 'gone' }, ...compliantUsers(3)] });
    const id = rule.idOf('gone');
    await rule.call('DeleteUser', { UserName: 'gone' });
    const { sent, count } = await sweep();
    expect(sent).toEqual({ [id]: 'NOT_APPLICABLE' });
    // The listing of the sweep, and two that look for the missing user.
    expect(count('ListUsers')).toBe(3);
    expect(rule.recorded().has(id)).toBe(false);
    expect((await sweep()).sent).toEqual({});
  });

  it('reports a new user with the name of a deleted user', async () => {
    await serveSwept({ users: [{ UserName: 'bob' }] });
    const before = rule.idOf('bob');
    await rule.call('DeleteUser', { UserName: 'bob' });
    await rule.call('CreateUser', { UserName: 'bob' });
    expect((await sweep()).sent).toEqual({
      [before]: 'NOT_APPLICABLE',
      [rule.idOf('bob')]: 'COMPLIANT',
    });
  });

  it('reports nothing of a renamed user that is COMPLIANT', async () => {
    await serveSwept({ users: [{ UserName: 'old' }] });
    await rule.call('UpdateUser', { UserName: 'old', NewUserName: 'new' });
    expect((await sweep()).sent).toEqual({});
  });
});
