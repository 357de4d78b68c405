import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import { createClock } from '../../local-account/clock.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import { at, daysBefore } from '../../support/build.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';
import { undoIn } from './live.ts';
import { SETTINGS } from './lived-account.ts';

const DAY = 86_400_000;
const DAYS = 120;
const CREATE = {
  0: createDeployedAccounts({ ...SETTINGS, rotationGraceDays: 0 }),
  14: createDeployedAccounts({ ...SETTINGS, rotationGraceDays: 14 }),
};
type Grace = keyof typeof CREATE;

let account: DeployedAccount;
afterEach(() => account.close());

/** Deploys the stack at noon. AWS Config evaluates every day at noon, automatic mode runs every midnight. */
const deploy = async (rotationGraceDays: Grace) => {
  // The clock runs, because Lambda collects messages for a second.
  const clock = createClock({ start: at, speed: 100 });
  account = await CREATE[rotationGraceDays]({}, { ...clock, schedules: true });
  account.sns.createTopic('keys');
  const until = async (instant: number) => {
    clock.advance(instant - clock.now().getTime());
    await account.settled();
  };
  return {
    until: (day: number, hour: number) =>
      until(Math.floor(at.getTime() / DAY) * DAY + day * DAY + hour * 3_600_000),
  };
};

const createKey = async (user: LocalUser) => {
  const input = { UserName: user.UserName };
  await account.call({
    service: 'iam',
    operation: 'CreateAccessKey',
    input,
    principal: 'operator',
  });
};

const use = (user: LocalUser, index: number) =>
  account.iam.recordUse(user.keys[index]?.AccessKeyId ?? '', {
    ...{ ServiceName: 's3', Region: 'us-east-1' },
  });

const statusOf = ({ keys: [key] }: LocalUser) => key?.Status;

const Details = v.object({
  EvaluationResults: v.array(
    v.object({ ComplianceType: v.string(), ResultRecordedTime: v.date() }),
  ),
});

/** The recorded result of the only user. */
const recorded = () => {
  const input = { ConfigRuleName: account.ConfigRuleName };
  const { GetComplianceDetailsByConfigRule: read } = account.config.operations;
  return v.parse(Details, read(input, 'operator')).EvaluationResults[0];
};

const starts = () =>
  account.calls.filter(({ operation }) => operation === 'StartAutomationExecution').length;
const refusals = () =>
  account.sns.published.filter(({ Subject }) => Subject?.startsWith('Access key not')).length;

/** Lets midnight come. Returns whether the first key was deactivated; if not, the refusal was reported if it was new. */
const passMidnight = async (
  until: (day: number, hour: number) => Promise<void>,
  day: number,
  user: LocalUser,
) => {
  const [before, startsBefore, refusalsBefore] = [statusOf(user), starts(), refusals()];
  const result = recorded();
  await until(day, 0);
  const isDeactivated = before === 'Active' && statusOf(user) === 'Inactive';
  const isNew =
    result?.ComplianceType === 'NON_COMPLIANT' &&
    Math.floor(at.getTime() / DAY + day - 1) * DAY < result.ResultRecordedTime.getTime();
  // Started exactly if it acts, and reported exactly if it does not.
  expect(starts() - startsBefore).toBe(isDeactivated ? 1 : 0);
  expect(refusals() - refusalsBefore).toBe(isNew && !isDeactivated ? 1 : 0);
  return isDeactivated;
};

/** Nothing that AWS Config starts, and so no remediation exception. */
const expectNoRemediationOfConfig = () => {
  const { calls } = account;
  expect(calls.filter(({ operation }) => operation.includes('Remediation'))).toEqual([]);
  expect(account.lambda.deadLetters).toEqual([]);
};

describe('a rotation of which the new key is at first unused', () => {
  it.each([
    // K1 is idle for 7 days on day 9 at 18:00.
    { grace: 0, lastUse: 2, deactivated: 10 },
    // The grace ends on day 14 at 18:00, which AWS Config records at noon of day 15.
    { grace: 14, lastUse: 2, deactivated: 16 },
    // K1 is idle for 7 days on day 17 at 18:00.
    { grace: 0, lastUse: 10, deactivated: 18 },
    { grace: 14, lastUse: 10, deactivated: 18 },
  ] as const)(
    'ends at the first schedule at which the choice can be made: $grace days of grace, old key last used on day $lastUse',
    async ({ grace, lastUse, deactivated }) => {
      const { until } = await deploy(grace);
      const user = account.seed({ UserName: 'alice', keys: [{ CreateDate: daysBefore(60) }] });
      use(user, 0);
      const days: number[] = [];

      for (let day = 0; day < DAYS; day += 1) {
        if (day > 0 && (await passMidnight(until, day, user))) days.push(day);
        await until(day, 18);
        if (day === 0) await createKey(user);
        if (day <= lastUse) use(user, 0);
        if (day >= 2) use(user, 1);
      }

      expect(days).toEqual([deactivated]);
      expect(user.keys.map(({ Status }) => Status)).toEqual(['Inactive', 'Active']);
      expect(recorded()?.ComplianceType).toBe('COMPLIANT');
      expectNoRemediationOfConfig();
    },
  );
});

describe('the key of a yearly job, whose deactivation an operator undoes', () => {
  /** Runs the command that a message prints after `Undo:`. */
  const undo = async () => {
    const input = undoIn(
      account.sns.published.findLast(({ attributes }) => attributes['event'] === 'DEACTIVATED'),
    );
    await account.call({
      service: 'iam',
      operation: 'UpdateAccessKey',
      input,
      principal: 'operator',
    });
  };

  it.each([0, 14] as const)(
    'stays active while CloudTrail shows the reactivation: %i days of grace',
    async (grace) => {
      const { until } = await deploy(grace);
      const lastUsed = { LastUsedDate: daysBefore(40), ServiceName: 's3', Region: 'us-east-1' };
      const keys = [{ CreateDate: daysBefore(400), lastUsed }, { CreateDate: daysBefore(300) }];
      const user = account.seed({ UserName: 'alice', keys });
      const days: number[] = [];

      for (let day = 0; day < DAYS; day += 1) {
        use(user, 1);
        if (day > 0 && (await passMidnight(until, day, user))) {
          days.push(day);
          await until(day, 0.5);
          if (day < 90) await undo();
        }
        await until(day, 18);
      }

      // The events of the first midnight leave the history 90 days later.
      expect(days).toEqual([2, 93]);
      expectNoRemediationOfConfig();
    },
  );
});
