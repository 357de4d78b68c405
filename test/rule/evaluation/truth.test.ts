import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isActive } from '../../../rule/keys/access-key.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { runs } from '../../support/property-runs.ts';
import { type Delivered, RULE_NAME } from '../../support/served-account.ts';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';

/** A step of a story. The number selects a user, a key or an event. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('change keys' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('change users' as const), which: fc.nat() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('schedule' as const), which: fc.nat() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('deliver and fail' as const), which: fc.nat() }),
  },
);

const FAILING = [
  ['iam', 'ListUsers'],
  ['iam', 'ListAccessKeys'],
  ['iam', 'GetAccessKeyLastUsed'],
  ['config', 'GetComplianceDetailsByConfigRule'],
  ['config', 'PutEvaluations'],
] as const;

/** An account whose events wait until a step delivers them: late, twice, or in another order. */
const serve = async (dropsOlderResults: boolean) => {
  const users = compliantUsers(3);
  const rule = await serveRule({ pageSize: 2, users, dropsOlderResults });
  rule.setParameters({ minimumIdleDays: '0' });
  const waiting: Delivered[] = [];
  rule.rule.whenInvoked = async (event) => void waiting.push(event);
  return { ...rule, waiting };
};
type Account = Awaited<ReturnType<typeof serve>>;

const pick = <Item>(items: readonly Item[], which: number): Item | undefined =>
  items[which % Math.max(1, items.length)];

const call = async ({ dispatcher }: ServedRule, operation: string, input: object) => {
  try {
    await dispatcher.call({ service: 'iam', operation, input, principal: 'operator' });
  } catch (error) {
    // IAM can refuse a step, such as a third key.
    if (!(error instanceof ServiceError)) throw error;
  }
};

const changeKeys = async (account: Account, which: number) => {
  const user = pick([...account.iam.users.values()], which);
  const key = pick(user?.keys ?? [], which >> 2);
  const UserName = user?.UserName;
  const input = { UserName, AccessKeyId: key?.AccessKeyId };
  const Status = key?.Status === 'Active' ? 'Inactive' : 'Active';
  if (key === undefined || which % 4 === 0) await call(account, 'CreateAccessKey', { UserName });
  else if (which % 4 === 1) await call(account, 'DeleteAccessKey', input);
  else await call(account, 'UpdateAccessKey', { ...input, Status });
};

const changeUsers = async (account: Account, which: number) => {
  const UserName = pick([...account.iam.users.values()], which)?.UserName;
  const newName = `user-${which % 7}`;
  if (which % 3 === 0) await call(account, 'CreateUser', { UserName: newName });
  if (which % 3 === 1) await call(account, 'UpdateUser', { UserName, NewUserName: newName });
  if (which % 3 === 2) {
    account.iam.users.get(UserName ?? '')?.keys.splice(0);
    await call(account, 'DeleteUser', { UserName });
  }
};

const deliver = async (account: Account, event: Delivered | undefined, failAt?: number) => {
  const [service, operation] = pick(FAILING, failAt ?? 0) ?? FAILING[0];
  const error = new ServiceError('AccessDenied', 'not authorized', 403);
  if (failAt !== undefined)
    account.faults.fail({ service, operation, nth: 1 + (failAt % 3), error });
  const before = account.recorded();
  const failure = await account.handler(event).catch((thrown: unknown) => thrown);
  account.faults.clear();
  if (failAt === undefined) expect(failure).toBeUndefined();
  for (const [id, { OrderingTimestamp }] of account.recorded())
    expect(OrderingTimestamp).toBeGreaterThanOrEqual(before.get(id)?.OrderingTimestamp ?? 0);
};

const take = async (account: Account, { do: what, which }: { do: string; which: number }) => {
  account.clock.now = new Date(account.clock.now.getTime() + 1_000);
  if (what === 'change keys') await changeKeys(account, which);
  if (what === 'change users') await changeUsers(account, which);
  if (what === 'schedule') await account.config.deliverSchedule(RULE_NAME);
  await account.config.settled();
  // Lambda can deliver an event again at any time, so events stay.
  const event = pick(account.waiting, which >> 3);
  if (what === 'deliver' && event) await deliver(account, event);
  if (what === 'deliver and fail' && event) await deliver(account, event, which);
};

const expectTruth = (account: Account) => {
  const expected = [...account.iam.users.values()].map(({ UserId, keys }) => [
    UserId,
    keys.filter(isActive).length > 1 ? 'NON_COMPLIANT' : 'COMPLIANT',
  ]);
  expect(account.recordedTypes()).toEqual(Object.fromEntries(expected));
};

describe('the recorded results', () => {
  it.each([true, false])(
    'are true after a sweep, after late, repeated, failed and reordered events (AWS Config drops older results: %j)',
    async (dropsOlderResults) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
          const account = await serve(dropsOlderResults);
          try {
            for (const one of steps) await take(account, one);
            await take(account, { do: 'schedule', which: 0 });
            await deliver(account, account.waiting.at(-1));
            expectTruth(account);

            // Events that arrive afterwards change nothing.
            for (const event of account.waiting.toReversed()) await deliver(account, event);
            expectTruth(account);
          } finally {
            await account.close();
          }
        }),
        { numRuns: runs(6) },
      );
    },
  );
});
