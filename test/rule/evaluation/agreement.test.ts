import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { conclusionOf } from '../../../rule/evaluation/annotation.ts';
import { inactiveAccessKeyRule } from '../../../rule/inactive-access-key/rule.ts';
import { singleAccessKeyRule } from '../../../rule/single-access-key/rule.ts';
import type { UserSeed } from '../../local-account/iam/users.ts';
import { daysBefore } from '../../support/build.ts';
import { runs } from '../../support/property-runs.ts';
import { instant } from '../../support/random-users.ts';
import { type ServedRule, serveRule, usedKey } from '../../support/served-rule.ts';

let rule: ServedRule;
afterEach(() => rule.close());

/** The names of the users of an account. The last one is deleted after the first sweep. */
const NAMES = ['alice', 'bob', 'carol', 'gone'] as const;

const anyKey = fc.record({
  CreateDate: instant,
  Status: fc.constantFrom('Active' as const, 'Active' as const, 'Inactive' as const),
  lastUsed: fc.option(
    instant.map((LastUsedDate) => ({ LastUsedDate, ServiceName: 's3', Region: 'us-east-1' })),
    { nil: undefined },
  ),
});

const anyUser = (UserName: string): fc.Arbitrary<UserSeed> =>
  fc.record({
    UserName: fc.constant(UserName),
    keys: fc.array(anyKey, { maxLength: 3 }),
    tags: fc.constantFrom<Record<string, string>[]>(
      {},
      { 'keys-until': '2026-12-31' },
      { 'keys-until': '2026-01-01' },
    ),
  });

const DELETED = ['ResourceDeleted', 'ResourceDeletedNotRecorded'];

/** Any notification. The name is right, outdated or absent. */
const anyNotification = fc.record({
  user: fc.constantFrom(...NAMES),
  configurationItemStatus: fc.constantFrom(
    ...['OK', 'ResourceDiscovered', 'ResourceNotRecorded', 'a later status', ...DELETED],
  ),
  resourceName: fc.constantFrom(...NAMES, 'unknown', 'a\nb', '', null, undefined),
  eventLeftScope: fc.boolean(),
  isOversized: fc.boolean(),
});
type Notification = typeof anyNotification extends fc.Arbitrary<infer One> ? One : never;

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

  const sweep = () => {
    rule.rule.whenInvoked = rule.handler;
    return rule.sweep();
  };
  /** Delivers a notification. The function fails if it says that a user is deleted that IAM has. */
  const notify = async (ids: ReadonlyMap<string, string>, { user, ...given }: Notification) => {
    const { configurationItemStatus, resourceName, ...outer } = given;
    const item = { resourceId: ids.get(user), resourceName, configurationItemStatus };
    const delivered = rule.notify(item, outer);
    if (user === 'gone' || !DELETED.includes(configurationItemStatus)) return delivered;
    return expect(delivered).rejects.toMatchObject({ name: 'UserNotDeletedError' });
  };
  const deleteUser = async (UserName: string) => {
    rule.rule.whenInvoked = async () => {};
    rule.iam.users.get(UserName)?.keys.splice(0);
    await rule.call('DeleteUser', { UserName });
    await rule.config.settled();
  };
  const recorded = () =>
    new Map(
      [...rule.recorded()].map(([id, { ComplianceType, Annotation }]) => [
        id,
        [ComplianceType, conclusionOf(Annotation)],
      ]),
    );

  it('records the same result in a sweep and after any notification, in any sequence', async () => {
    const anyAccount = fc.tuple(...NAMES.map(anyUser));
    const anySteps = fc.array(fc.oneof(anyNotification, fc.constant('sweep' as const)), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        ...[anyAccount, fc.boolean(), anyNotification, anySteps],
        async (seeds, isKnown, first, steps) => {
          rule = await serveRule({ createRule, users: seeds });
          try {
            rule.setParameters({ exemptionTagKey: 'keys-until' });
            const ids = new Map(NAMES.map((name) => [name, rule.idOf(name)]));
            if (isKnown) await sweep();
            rule.pass({ hours: 1 });
            await deleteUser('gone');

            await notify(ids, first);
            const afterNotification = recorded();
            await sweep();
            const afterSweep = recorded();

            const id = String(ids.get(first.user));
            const isDeletion = DELETED.includes(first.configurationItemStatus);
            if (isKnown || first.user === 'gone' || !isDeletion)
              expect(afterNotification.get(id)).toEqual(afterSweep.get(id));
            for (const step of steps) {
              await (step === 'sweep' ? sweep() : notify(ids, step));
              expect(recorded()).toEqual(afterSweep);
            }
          } finally {
            await rule.close();
          }
        },
      ),
      { numRuns: runs(40) },
    );
  });
});
