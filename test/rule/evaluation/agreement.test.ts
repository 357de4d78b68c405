import { afterEach, describe, expect, it } from 'vitest';
import { inactiveAccessKeyRule } from '../../../rule/inactive-access-key/rule.ts';
import { singleAccessKeyRule } from '../../../rule/single-access-key/rule.ts';
import type { LocalAccessKey } from '../../local-account/iam/users.ts';
import { daysBefore } from '../../support/build.ts';
import { type ServedRule, serveRule } from '../../support/served-rule.ts';

let rule: ServedRule;
afterEach(() => rule.close());

const used = (days: number, Status: 'Active' | 'Inactive' = 'Active'): Partial<LocalAccessKey> => ({
  Status,
  CreateDate: daysBefore(400),
  lastUsed: { LastUsedDate: daysBefore(days), ServiceName: 's3', Region: 'us-east-1' },
});
const exempt = { 'keys-until': '2026-12-31' };
const users = [
  { UserName: 'none' },
  { UserName: 'one', keys: [used(1)] },
  { UserName: 'two', keys: [used(200), used(1)] },
  { UserName: 'tie', keys: [used(9), used(9)] },
  { UserName: 'busy', keys: [used(2), used(1)] },
  { UserName: 'fresh', keys: [used(9), {}] },
  { UserName: 'exempt', keys: [used(200), used(1)], tags: exempt },
  { UserName: 'expired', keys: [used(200), used(1)], tags: { 'keys-until': '2026-01-01' } },
  { UserName: 'off', keys: [used(200, 'Inactive'), used(1)] },
  { UserName: 'off-recently', keys: [used(1, 'Inactive'), used(300, 'Inactive')] },
  { UserName: 'off-exempt', keys: [used(200, 'Inactive'), used(1)], tags: exempt },
];

describe.each([
  ['iam-user-single-access-key', singleAccessKeyRule],
  ['iam-user-inactive-access-key', inactiveAccessKeyRule],
])('%s', (_, createRule) => {
  it('gives the same result in two sweeps and in a change notification', async () => {
    rule = await serveRule({ createRule, users, messageTypes: ['ScheduledNotification'] });
    rule.setParameters({ exemptionTagKey: 'keys-until', refreshDays: '0' });

    await rule.sweep();
    const first = rule.reported();
    await rule.sweep();
    const second = rule.reported();
    for (const { UserName } of users) await rule.changeAt(rule.clock.now, UserName);

    expect(Object.keys(first)).toHaveLength(users.length);
    expect(second).toEqual(first);
    expect(rule.batches()).toHaveLength(2 + users.length);
    expect(rule.reported()).toEqual(first);
  });
});
