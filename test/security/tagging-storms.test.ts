import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createClock } from '../local-account/clock.ts';
import { createDeployedAccounts, type DeployedAccount } from '../support/deployed-account.ts';

// A user that may tag itself starts an evaluation of both rules with each call. CloudTrail admits an account two requests
// a second.

const SETTINGS = { dashboard: false, keyEvents: false };
const CALLS = 20;

let account: DeployedAccount;
afterEach(() => account.close());

const deploy = async (create: ReturnType<typeof createDeployedAccounts>) => {
  account = await create({}, createClock());
  return account.seed({ UserName: 'mallory', keys: [{ Status: 'Inactive' }, {}] });
};
const tagUser = (UserName: string, times: number) =>
  Promise.all(
    Array.from({ length: times }, (_, index) => {
      const input = { UserName, Tags: [{ Key: 'storm', Value: String(index) }] };
      return account.call({ service: 'iam', operation: 'TagUser', input, principal: 'operator' });
    }),
  );

/** Counts the work that is in progress, by what it is. */
const createGauge = () => {
  const now = new Map<string, number>();
  const most = new Map<string, number>();
  const all = new Map<string, number>();
  const add = (name: string, change: number) => {
    now.set(name, (now.get(name) ?? 0) + change);
    most.set(name, Math.max(most.get(name) ?? 0, now.get(name) ?? 0));
    if (change > 0) all.set(name, (all.get(name) ?? 0) + 1);
  };
  return {
    most,
    all,
    during: async <Result>(name: string, work: () => Promise<Result>) => {
      add(name, 1);
      return work().finally(() => add(name, -1));
    },
  };
};

/** The title, the setting, and the most evaluations of a rule at the same time. */
describe.each([
  ['without reserved concurrency are not bounded', undefined, CALLS],
  ['never exceed a reserved concurrency of 1', 1, 1],
  ['never exceed a reserved concurrency of 3', 3, 3],
])('evaluations at the same time', (title, reservedConcurrentExecutions, expected) => {
  const create = createDeployedAccounts({ ...SETTINGS, reservedConcurrentExecutions });

  it(title, async () => {
    const { UserName } = await deploy(create);
    const { most, all, during } = createGauge();
    const rules = Object(account.config.operations.DescribeConfigRules({}, 'test')).ConfigRules;
    const functions: string[] = rules.map(
      (rule: { Source: { SourceIdentifier: string } }) => rule.Source.SourceIdentifier,
    );
    for (const name of functions)
      account.lambda.override(name, () => during(name, async () => void (await setImmediate())));

    await tagUser(UserName, CALLS);
    await account.settled();

    expect(functions).toHaveLength(2);
    expect(functions.map((name) => all.get(name))).toEqual([CALLS, CALLS]);
    expect(functions.map((name) => most.get(name))).toEqual([expected, expected]);
  });
});

describe('a user that tags itself', () => {
  const create = createDeployedAccounts({ ...SETTINGS, reservedConcurrentExecutions: 1 });

  it('makes one function read the event history at a time, and is evaluated after each call', async () => {
    const { UserName } = await deploy(create);
    const { most, during } = createGauge();
    const { LookupEvents } = account.cloudtrail.operations;
    account.register('cloudtrail', {
      LookupEvents: (...call) =>
        during('LookupEvents', async () => {
          await setImmediate();
          return LookupEvents(...call);
        }),
    });

    await tagUser(UserName, 5);
    await account.settled();

    expect(most.get('LookupEvents')).toBe(1);
    expect(account.lambda.deadLetters).toEqual([]);
    const evaluated = account.lambda.invocations.filter(({ invoker }) => /config/.test(invoker));
    expect(evaluated).toHaveLength(2 * 5);
    for (const { result } of evaluated) expect(result.FunctionError).toBeUndefined();
  });
});
