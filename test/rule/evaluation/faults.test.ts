import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isActive } from '../../../rule/keys/access-key.ts';
import { daysBefore } from '../../support/build.ts';
import { FAULTS, type Fault, serveFaultyProxy } from '../../support/faulty-proxy.ts';
import { RULE_NAME, ruleProperties } from '../../support/served-account.ts';
import { createServedHandler, type ServedRule, serveRule } from '../../support/served-rule.ts';

const old = { CreateDate: daysBefore(400) };
const newer = { CreateDate: daysBefore(100) };
const exemptionTagKey = 'keys-until';

let account: ServedRule;
let proxy: Awaited<ReturnType<typeof serveFaultyProxy>>;
let invoke: ReturnType<typeof createServedHandler>;

/** An account of which Config holds the truth. */
const serve = async () => {
  account = await serveRule({
    pageSize: 2,
    messageTypes: ['ScheduledNotification'],
    users: [
      { UserName: 'back-and-forth', keys: [old, newer] },
      { UserName: 'exempt', keys: [old, newer], tags: { [exemptionTagKey]: '2026-12-31' } },
      { UserName: 'forth-and-back', keys: [{ ...old, Status: 'Inactive' }, newer] },
      { UserName: 'same', keys: [old, newer] },
    ],
  });
  const InputParameters = { exemptionTagKey };
  account.config.putConfigRule({ ...ruleProperties('ScheduledNotification'), InputParameters });
  await account.sweep();
  account.rule.whenInvoked = async () => {};
};

/** A day later one violation is mended, another one made, and a user has come or gone. */
const changeEverything = async () => {
  account.clock.now = new Date(account.clock.now.getTime() + 86_400_000);
  const { users } = account.iam;
  for (const name of ['back-and-forth', 'forth-and-back']) {
    const [key] = users.get(name)?.keys ?? [];
    if (key !== undefined) key.Status = key.Status === 'Active' ? 'Inactive' : 'Active';
  }
  const UserName = 'guest';
  await call(users.has(UserName) ? 'DeleteUser' : 'CreateUser', { UserName });
};
const call = (operation: string, input: object) =>
  account.dispatcher.call({ service: 'iam', operation, input, principal: 'operator' });

beforeEach(async () => {
  await serve();
  proxy = await serveFaultyProxy(account.endpoint);
  process.env['AWS_ENDPOINT_URL'] = proxy.endpoint;
  invoke = createServedHandler();
});
afterEach(async () => {
  await proxy.close();
  await account.close();
});

/** One delivery of the schedule to the real handler, through the proxy; says whether it failed. */
const sweep = async () => {
  await account.config.deliverSchedule(RULE_NAME);
  try {
    await invoke(account.delivered.at(-1));
    return false;
  } catch {
    return true;
  }
};

const truth = () =>
  Object.fromEntries(
    [...account.iam.users.values()].map(({ UserId, UserName, keys }) => {
      const isViolation = keys.filter(isActive).length > 1 && UserName !== 'exempt';
      return [UserId, isViolation ? 'NON_COMPLIANT' : 'COMPLIANT'];
    }),
  );

/** What a sweep reported from a batch on, by user id. */
const reportedSince = (batches: number) =>
  account
    .batches()
    .slice(batches)
    .flatMap(({ Evaluations }) => Evaluations);

const expectNothingFalse = (batches: number) => {
  const live = truth();
  for (const { ComplianceResourceId = '', ComplianceType } of reportedSince(batches))
    expect(ComplianceType).toBe(live[ComplianceResourceId] ?? 'NOT_APPLICABLE');
};

const meet = async (nth: number, fault: Fault, always: boolean) => {
  await changeEverything();
  const batches = account.batches().length;
  proxy.begin({ nth, fault, always });
  const hasFailed = await sweep();
  const wasMet = proxy.calls() >= nth;
  expectNothingFalse(batches);
  // Whoever did not fail has told Config everything; but a report that is answered with nothing is well received.
  const isLie = fault === 'answer without members' && nth >= proxy.calls();
  if (!hasFailed && !isLie) expect(account.heldVerdicts()).toEqual(truth());

  proxy.begin();
  expect(await sweep()).toBe(false);
  expect(account.heldVerdicts()).toEqual(truth());
  return { wasMet, hasFailed };
};

/** A call that is always reset or throttled is tried for half a minute: too long for a test. */
const ALWAYS: readonly Fault[] = [
  'AccessDenied',
  'answer that is no answer',
  'answer without members',
];

describe('a sweep whose k-th call meets a fault', () => {
  it.each([
    ...FAULTS.map((fault) => [fault, false] as const),
    ...ALWAYS.map((fault) => [fault, true] as const),
  ])(
    '%s (from there on: %j) says nothing false, does not hide it, and the next one mends everything',
    async (fault, always) => {
      let failed = 0;
      // After a throttled call the others wait: not every one of them.
      const step = fault === 'Throttling' ? 9 : 1;
      for (let nth = 1; ; nth += step) {
        const { wasMet, hasFailed } = await meet(nth, fault, always);
        if (!wasMet) {
          expect(nth, 'calls of a clean sweep').toBeGreaterThan(15);
          break;
        }
        failed += hasFailed ? 1 : 0;
      }
      if (fault === 'AccessDenied') expect(failed).toBeGreaterThan(15);
      if (fault === 'Throttling') expect(failed).toBe(0);
    },
  );
});
