import { describe, expect, it } from 'vitest';
import { METRICS_OF_SWEEP } from '../../../infra/cost/assumptions.ts';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { usageOfStack } from '../../../infra/cost/usage.ts';
import type { CreateRule } from '../../../rule/evaluation/user-rule.ts';
import { inactiveAccessKeyRule } from '../../../rule/inactive-access-key/rule.ts';
import { singleAccessKeyRule } from '../../../rule/single-access-key/rule.ts';
import { daysBefore } from '../../support/build.ts';
import { serveRule } from '../../support/served-rule.ts';

const DAY = 86_400_000;
const DAYS = 30;
const USERS = 5;
const CHANGES = 2;

/** The month that is simulated: no key events, and the users that violate in the end, one and those with a new key. */
const scenario = parseScenario({
  ...{ accounts: 1, users: USERS, violations: 60, keyChanges: CHANGES },
  ...{ userChanges: 0, remediations: 0, keyEvents: false },
});

const inUse = { CreateDate: daysBefore(100) };
const abandoned = { CreateDate: daysBefore(400) };
/** Every tenth user has a key too many. */
const users = Array.from({ length: USERS }, (_, index) => ({
  UserName: `user-${index}`,
  keys: index % 10 === 0 ? [abandoned, inUse] : [inUse],
}));

/** A month of the real rule in the local account: swept every day, and so many users get or lose a key. */
const simulate = async (createRule: CreateRule) => {
  const account = await serveRule({ users, createRule, messageTypes: ['ScheduledNotification'] });
  const pass = () => {
    account.clock.now = new Date(account.clock.now.getTime() + DAY);
  };
  // A first report of everyone is no part of a month like any other.
  await account.sweep();
  pass();
  const [before, lines] = [account.callCounts(), account.lines.length];
  const reported = account.batches().flatMap(({ Evaluations }) => Evaluations).length;
  for (let day = 0; day < DAYS; day += 1) {
    if (day < CHANGES)
      await account.iam.operations['CreateAccessKey']?.(
        { UserName: `user-${day + 1}` },
        'operator',
      );
    await account.sweep();
    pass();
  }
  const after = account.callCounts();
  const count = (...names: string[]) =>
    names.reduce((sum, name) => sum + (after[name] ?? 0) - (before[name] ?? 0), 0);
  const [line = ''] = account.lines.slice(lines);
  await account.close();
  return {
    results: account.batches().flatMap(({ Evaluations }) => Evaluations).length - reported,
    iamCalls: count('ListUsers', 'ListAccessKeys', 'GetAccessKeyLastUsed'),
    configCalls: count('GetComplianceDetailsByConfigRule', 'PutEvaluations'),
    metrics: JSON.parse(line)._aws.CloudWatchMetrics[0].Metrics.length,
  };
};

describe('a month in the local account', () => {
  it('takes what the model says, or a little less', async () => {
    const months = [await simulate(singleAccessKeyRule), await simulate(inactiveAccessKeyRule)];
    const sum = (name: 'results' | 'iamCalls' | 'configCalls') =>
      months.reduce((before, month) => before + month[name], 0);
    const { evaluations, iamCalls, configCalls } = usageOfStack(scenario, 'TwentyFour_Hours');

    for (const [taken, said] of [
      [sum('results'), evaluations],
      [sum('iamCalls'), iamCalls],
    ] as const) {
      expect(taken).toBeLessThanOrEqual(said);
      expect(taken).toBeGreaterThan(0.85 * said);
    }
    // What Config holds is read once more only on the days on which something is reported.
    expect(sum('configCalls')).toBeLessThanOrEqual(configCalls);
    expect(sum('configCalls')).toBeGreaterThan(0.6 * configCalls);
    for (const { metrics } of months) expect(metrics).toBeLessThanOrEqual(METRICS_OF_SWEEP);
    // No key is inactive, so no sweep reads the event history.
    expect(Math.max(...months.map(({ metrics }) => metrics))).toBe(METRICS_OF_SWEEP - 1);
  });
});
