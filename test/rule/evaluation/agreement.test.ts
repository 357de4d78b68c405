import { afterEach, describe, expect, it } from 'vitest';
import { inactiveAccessKeyRule } from '../../../rule/inactive-access-key/rule.ts';
import { singleAccessKeyRule } from '../../../rule/single-access-key/rule.ts';
import { daysBefore } from '../../support/build.ts';
import { type ServedRule, serveRule, usedKey } from '../../support/served-rule.ts';

let rule: ServedRule;
afterEach(() => rule.close());

const exempt = { 'keys-until': '2026-12-31' };
const users = [
  { UserName: 'none' },
  { UserName: 'one', keys: [usedKey(1)] },
  { UserName: 'two', keys: [usedKey(200), usedKey(1)] },
  { UserName: 'tie', keys: [usedKey(9), usedKey(9)] },
  { UserName: 'busy', keys: [usedKey(2), usedKey(1)] },
  { UserName: 'fresh', keys: [usedKey(9), {}] },
  { UserName: 'rotating', keys: [usedKey(1), { CreateDate: daysBefore(20) }] },
  {
    UserName: 'quarantined',
    keys: [usedKey(200), usedKey(1)],
    attachedPolicies: ['arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2'],
  },
  { UserName: 'exempt', keys: [usedKey(200), usedKey(1)], tags: exempt },
  { UserName: 'expired', keys: [usedKey(200), usedKey(1)], tags: { 'keys-until': '2026-01-01' } },
  { UserName: 'off', keys: [usedKey(200, 'Inactive'), usedKey(1)] },
  { UserName: 'off-recently', keys: [usedKey(1, 'Inactive'), usedKey(300, 'Inactive')] },
  { UserName: 'off-exempt', keys: [usedKey(200, 'Inactive'), usedKey(1)], tags: exempt },
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
