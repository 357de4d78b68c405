import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { FUNCTION, usageOfStack } from '../../../infra/cost/usage.ts';
import type { CreateRule } from '../../../rule/evaluation/user-rule.ts';
import { inactiveAccessKeyRule } from '../../../rule/inactive-access-key/rule.ts';
import { singleAccessKeyRule } from '../../../rule/single-access-key/rule.ts';
import { daysBefore } from '../../support/build.ts';
import { serveRule } from '../../support/served-rule.ts';

const DAY = 86_400_000;
const DAYS = 30;
const USERS = 5;
const CHANGES = 2;

/** The simulated month, without key events. At its end three users violate: the first, and two that get a new key. */
const scenario = parseScenario({
  ...{ accounts: 1, users: USERS, violations: 60, keyChanges: (100 * CHANGES) / USERS },
  ...{ userChanges: 0, remediations: 0, keyEvents: false },
});

const inUse = { CreateDate: daysBefore(100) };
const abandoned = { CreateDate: daysBefore(400) };
/** Only the first user violates the rule at the start. */
const users = Array.from({ length: USERS }, (_, index) => ({
  UserName: `user-${index}`,
  keys: index === 0 ? [abandoned, inUse] : [inUse],
}));

/** Runs a rule daily for a month in the local account, while two users get a second key. */
const simulate = async (createRule: CreateRule) => {
  const account = await serveRule({ users, createRule, messageTypes: ['ScheduledNotification'] });
  const passDay = () => {
    account.clock.now = new Date(account.clock.now.getTime() + DAY);
  };
  // The first sweep reports every user, which the model does not include.
  await account.sweep();
  passDay();
  const [before, lines] = [account.callCounts(), account.lines.length];
  const reported = account.batches().flatMap(({ Evaluations }) => Evaluations).length;
  for (let day = 0; day < DAYS; day += 1) {
    if (day < CHANGES)
      await account.iam.operations['CreateAccessKey']?.(
        { UserName: `user-${day + 1}` },
        'operator',
      );
    await account.sweep();
    passDay();
  }
  const after = account.callCounts();
  const count = (...names: string[]) =>
    names.reduce((sum, name) => sum + (after[name] ?? 0) - (before[name] ?? 0), 0);
  const written = account.lines.slice(lines);
  await account.close();
  return {
    results: account.batches().flatMap(({ Evaluations }) => Evaluations).length - reported,
    iamCalls: count(
      ...['ListUsers', 'ListAccessKeys', 'GetAccessKeyLastUsed', 'ListAttachedUserPolicies'],
    ),
    configCalls: count('GetComplianceDetailsByConfigRule', 'PutEvaluations'),
    lines: written.length,
    bytes: Math.max(...written.map((line) => Buffer.byteLength(line))),
    metrics: written.flatMap((line) => JSON.parse(line)._aws.CloudWatchMetrics[0].Metrics).length,
  };
};

describe('usageOfStack', () => {
  it('is an upper bound of a month in the local account, and close to it', async () => {
    const months = [await simulate(singleAccessKeyRule), await simulate(inactiveAccessKeyRule)];
    const sum = (name: 'results' | 'iamCalls' | 'configCalls' | 'lines') =>
      months.reduce((before, month) => before + month[name], 0);
    const { evaluations, iamCalls, configCalls, billed } = usageOfStack(scenario);

    for (const [actual, computed] of [
      [sum('results'), evaluations],
      [sum('iamCalls'), iamCalls],
    ] as const) {
      expect(actual).toBeLessThanOrEqual(computed);
      expect(actual).toBeGreaterThan(0.85 * computed);
    }
    // Recorded results are read a second time only on days with something to report.
    expect(sum('configCalls')).toBeLessThanOrEqual(configCalls);
    expect(sum('configCalls')).toBeGreaterThan(0.6 * configCalls);
    expect(sum('lines')).toBe(billed.invocation);
    // One metric per sweep. Lambda adds three lines, of less than 500 bytes together, to the line of each invocation.
    for (const { metrics, lines, bytes } of months) {
      expect(metrics).toBe(lines);
      expect(bytes + 500).toBeLessThan(FUNCTION.logGigabytes * 1e9);
    }
  });
});
