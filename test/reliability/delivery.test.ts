import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SynthesizedStack } from '../local-account/deploy/synthesize.ts';
import { batchOf } from '../support/build.ts';
import { runs } from '../support/property-runs.ts';
import type { FaultyAccount, LostEvent } from './faulty-account.ts';
import type { FunctionId } from './functions.ts';
import { stateOf, watch } from './invariants.ts';
import {
  createSmallAccount,
  keyOf,
  setStatus,
  synthesizeReliable,
  type UserName,
} from './small-account.ts';
import { beginTime, giveTimeBack, passTime, takeTime, until } from './virtual-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RULES = ['RuleEvaluator', 'InactiveRuleEvaluator'] as const;
const ALL: readonly FunctionId[] = [...RULES, 'KeyEventsStarter', 'FindingsImporter'];

let stack: SynthesizedStack;
beforeAll(() => {
  stack = synthesizeReliable();
}, 120_000);
afterEach(giveTimeBack);

/** Runs a test in an account in virtual time, and checks the invariants. */
const withAccount = async <Value>(
  users: readonly UserName[],
  run: (account: FaultyAccount) => Promise<Value>,
): Promise<Value> => {
  takeTime();
  try {
    const account = await createSmallAccount(stack, { users, trail: true });
    const { breaches } = watch(account);
    try {
      return await run(account);
    } finally {
      await account.close();
      expect(breaches).toEqual([]);
    }
  } finally {
    beginTime(new Date(0));
    giveTimeBack();
  }
};

/** The order of deliveries, how often each is repeated, and how many run concurrently. */
type Disorder = {
  readonly order: readonly number[];
  readonly times: readonly number[];
  readonly atOnce: readonly number[];
};
const disorder: fc.Arbitrary<Disorder> = fc.record({
  order: fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 }),
  times: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 20, maxLength: 20 }),
  atOnce: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 40, maxLength: 40 }),
});

const at = (numbers: readonly number[], index: number): number =>
  numbers[index % numbers.length] ?? 1;

/** Groups deliveries that run concurrently. Every event is delivered at least once. */
const groupsOf = <Event>(
  events: readonly Event[],
  { order, times, atOnce }: Disorder,
): Event[][] => {
  const repeated = events.flatMap((event, index) =>
    Array.from({ length: at(times, index) }, () => event),
  );
  const left = repeated
    .map((event, index) => ({ event, key: at(order, index) }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ event }) => event);
  const groups: Event[][] = [];
  while (left.length > 0) groups.push(left.splice(0, at(atOnce, groups.length)));
  return groups;
};

/** Delivers events in disorder. A function that fails also fails the test. */
const deliver = async (account: FaultyAccount, events: readonly LostEvent[], given: Disorder) => {
  for (const group of groupsOf(events, given)) {
    await until(Promise.all(group.map((event) => account.deliver(event))));
    await passTime(MINUTE);
  }
};

const isOfRule = ({ id }: LostEvent): boolean =>
  id !== 'KeyEventsStarter' && id !== 'FindingsImporter';

/** Changes of keys and users by an operator. */
const change = fc.record({
  user: fc.constantFrom('alice', 'dave', 'gina' as const),
  place: fc.integer({ min: 0, max: 1 }),
  what: fc.constantFrom('Active', 'Inactive', 'tag', 'new user', 'schedule' as const),
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;
const changes = fc.array(change, { minLength: 3, maxLength: 6 });

/** Which earlier event is delivered after each change, if any. It is delivered again at the end. */
const early = fc.array(fc.option(fc.nat(20), { nil: undefined }), { minLength: 6, maxLength: 6 });
type Early = typeof early extends fc.Arbitrary<infer Value> ? Value : never;

const pick = <Item>(items: readonly Item[], place: number | undefined): Item | undefined =>
  place === undefined ? undefined : items[place % Math.max(1, items.length)];

const schedule = async (account: FaultyAccount) => {
  for (const rule of ['ConfigRuleName', 'InactiveConfigRuleName'])
    await until(account.config.deliverSchedule(account.output(rule)));
};

const make = async (account: FaultyAccount, { user, place, what }: Change, index: number) => {
  if (what === 'schedule') await schedule(account);
  else if (what === 'new user') await account.operate('CreateUser', { UserName: `new-${index}` });
  else if (what === 'tag')
    await account.operate('TagUser', {
      UserName: user,
      ...{ 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': String(index) },
    });
  else await setStatus(account, user, place, what);
  await passTime(10 * MINUTE);
};

const USERS = ['alice', 'dave', 'gina'] as const;

describe('the events of the rules', () => {
  it('lead to the state of one clean sweep, although they are late, repeated, reordered or concurrent', async () => {
    /** Makes the changes and then delivers the events with `play`. */
    const story = (
      made: readonly Change[],
      between: Early,
      play: (
        account: FaultyAccount,
        events: readonly LostEvent[],
        last: readonly LostEvent[],
      ) => Promise<void>,
    ) =>
      withAccount(USERS, async (account) => {
        account.lose('KeyEventsStarter', 'FindingsImporter');
        await schedule(account);
        await passTime(HOUR);
        account.lose(...ALL);
        for (const [index, one] of made.entries()) {
          await make(account, one, index);
          const event = pick(account.lost.filter(isOfRule), between[index]);
          if (event !== undefined) await until(account.deliver(event));
        }
        const before = account.lost.length;
        await schedule(account);
        const last = account.lost.slice(before).filter(isOfRule);
        await play(account, account.lost.filter(isOfRule), last);
        return stateOf(account);
      });
    await fc.assert(
      fc.asyncProperty(changes, disorder, early, async (made, given, between) => {
        const chaos = await story(made, between, (account, events) =>
          deliver(account, events, given),
        );
        const clean = await story(made, [], async (account, _, last) => {
          for (const event of last) await until(account.deliver(event));
        });
        expect(chaos).toEqual(clean);
      }),
      { numRuns: runs(1), endOnFailure: true },
    );
  });
});

type Batch = { readonly Records: readonly { readonly body: string; readonly messageId: string }[] };
const bodiesOf = (events: readonly LostEvent[], id: FunctionId): readonly string[] =>
  events
    .filter((event) => event.id === id)
    .flatMap(({ event }) => ((event as Partial<Batch>).Records ?? []).map(({ body }) => body));

/** Delivers messages in batches. Failed messages are delivered again two minutes later, like SQS does. */
const deliverMessages = async (
  account: FaultyAccount,
  { id, bodies }: { readonly id: FunctionId; readonly bodies: readonly string[] },
  given: Disorder,
) => {
  let waiting = groupsOf(bodies, given).map((group) => [...group]);
  for (let round = 0; waiting.length > 0; round += 1) {
    expect(round, 'receives of a message').toBeLessThan(20);
    const kept: string[][] = [];
    // Two batches run concurrently.
    for (let index = 0; index < waiting.length; index += 2) {
      const both = waiting.slice(index, index + 2);
      const responses = await until(
        Promise.all(both.map((batch) => account.deliver({ id, event: batchOf(...batch) }))),
      );
      for (const [place, response] of responses.entries()) {
        const { batchItemFailures } = response as {
          batchItemFailures: { itemIdentifier: string }[];
        };
        const again = batchItemFailures.map(
          ({ itemIdentifier }) => both[place]?.[Number(itemIdentifier.split('-')[1])] ?? '',
        );
        if (again.length > 0) kept.push(again);
      }
      await passTime(given.order[0] === undefined ? MINUTE : at(given.order, index) * 200);
    }
    await passTime(2 * MINUTE);
    waiting = kept;
  }
};

const ORDERED: Disorder = { order: [...Array(40).keys()], times: [1], atOnce: [40] };

describe('key events', () => {
  it('lead to the state of one batch, although they are late, repeated, reordered or concurrent', async () => {
    const story = (made: readonly Change[], given: Disorder, split: number) =>
      withAccount(USERS, async (account) => {
        account.lose('FindingsImporter', 'KeyEventsStarter');
        await schedule(account);
        await passTime(HOUR);
        account.lose(...ALL);
        const keyChanges = made.filter(({ what }) => what !== 'schedule');
        let delivered: readonly string[] = [];
        for (const [index, one] of keyChanges.entries()) {
          await make(account, one, index);
          if (index !== split) continue;
          // Some events are delivered before the last change, and again afterwards.
          account.lose('FindingsImporter', 'KeyEventsStarter');
          delivered = bodiesOf(account.lost, 'KeyEventsStarter');
          if (delivered.length > 0)
            await deliverMessages(account, { id: 'KeyEventsStarter', bodies: delivered }, given);
          account.lose(...ALL);
        }
        account.lose('FindingsImporter', 'KeyEventsStarter');
        const bodies = bodiesOf(account.lost, 'KeyEventsStarter');
        await deliverMessages(account, { id: 'KeyEventsStarter', bodies }, given);
        await passTime(10 * MINUTE);
        return stateOf(account);
      });
    await fc.assert(
      fc.asyncProperty(changes, disorder, fc.nat(4), async (made, given, split) => {
        const chaos = await story(made, given, split);
        expect(chaos).toEqual(await story(made, ORDERED, -1));
      }),
      { numRuns: runs(1), endOnFailure: true },
    );
  });
});

describe('changes of compliance', () => {
  it('lead to the findings of one clean run, although they are late, repeated, reordered or concurrent', async () => {
    const id = 'FindingsImporter';
    const story = (
      made: readonly Change[],
      between: Early,
      play: (account: FaultyAccount) => Promise<void>,
    ) =>
      withAccount(USERS, async (account) => {
        account.lose('KeyEventsStarter', 'FindingsImporter');
        await schedule(account);
        for (const [index, one] of made.entries()) {
          await make(account, one, index);
          await schedule(account);
          await passTime(10 * MINUTE);
          const body = pick(bodiesOf(account.lost, id), between[index]);
          if (body !== undefined) await until(account.deliver({ id, event: batchOf(body) }));
        }
        await play(account);
        return stateOf(account).findings;
      });
    await fc.assert(
      fc.asyncProperty(changes, disorder, early, async (made, given, between) => {
        const chaos = await story(made, between, async (account) => {
          const bodies = bodiesOf(account.lost, id);
          await deliverMessages(account, { id, bodies }, given);
        });
        const clean = await story(made, [], async (account) => {
          const event = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
          await until(account.deliver({ id, event }));
        });
        // The clean run has no finding for a violation that was over before it.
        const open = (findings: Readonly<Record<string, string>>) =>
          Object.fromEntries(
            Object.entries(findings).filter(([, said]) => said.startsWith('ACTIVE')),
          );
        expect(open(chaos)).toEqual(open(clean));
      }),
      { numRuns: runs(1), endOnFailure: true },
    );
  });
});

describe('concurrent executions of a runbook for one user', () => {
  const RUNBOOKS = {
    deactivate: ['DeactivationRunbookName', 'DeactivationRoleArn', 'ConfigRuleName'],
    reactivate: ['ReactivationRunbookName', 'ReactivationRoleArn', 'ConfigRuleName'],
    deleteInactive: ['DeletionRunbookName', 'DeletionRoleArn', 'InactiveConfigRuleName'],
  } as const;
  type Name = keyof typeof RUNBOOKS;

  /** Starts the runbook at these minutes and returns the state of the account. */
  const story = (name: Name, minutes: readonly number[]) =>
    withAccount(['gina', 'dave'], async (account) => {
      account.lose('KeyEventsStarter', 'FindingsImporter');
      await schedule(account);
      await passTime(HOUR);
      const user = account.iam.users.get(name === 'deactivate' ? 'dave' : 'gina');
      const [document, role, rule] = RUNBOOKS[name].map(account.output);
      const given = {
        ...{ AutomationAssumeRole: role, ConfigRuleName: rule, UserId: user?.UserId },
        ...(name === 'reactivate' && {
          ...{ AccessKeyId: keyOf(account, 'gina', 0), AllowSecondActiveKey: 'true' },
        }),
      };
      const Parameters = Object.fromEntries(
        Object.entries(given).map(([key, value]) => [key, [value]]),
      );
      const ids: string[] = [];
      let passed = 0;
      for (const minute of minutes.toSorted((one, other) => one - other)) {
        if (minute > passed) await passTime((minute - passed) * MINUTE);
        passed = minute;
        const input = { DocumentName: document, Parameters };
        const started = account.ssm.operations.StartAutomationExecution(input, 'operator');
        ids.push((started as { AutomationExecutionId: string }).AutomationExecutionId);
      }
      for (const id of ids) await until(account.ssm.finished(id));
      await passTime(10 * MINUTE);
      await schedule(account);
      // CloudTrail admits two requests a second, so one of several executions may write some seconds later.
      return JSON.stringify(stateOf(account), undefined, 2).replaceAll(/:\d\d\.\d{3}Z/g, 'Z');
    });

  it.each(['deactivate', 'reactivate', 'deleteInactive'] as const)(
    '%s: two or three executions lead to the same state as one',
    async (name) => {
      const clean = await story(name, [0]);
      const minutes = fc.array(fc.constantFrom(0, 0, 1, 20, 31), { minLength: 2, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(minutes, async (given) => {
          expect(await story(name, given)).toEqual(clean);
        }),
        { numRuns: runs(1), endOnFailure: true },
      );
    },
  );
});
