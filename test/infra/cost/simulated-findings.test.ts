import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { findingUsageOf } from '../../../infra/cost/usage.ts';
import { createClients } from '../../../rule/aws/clients.ts';
import { createHandler } from '../../../rule/security-hub/handler.ts';
import { createSecurityHub } from '../../../rule/security-hub/security-hub.ts';
import { createSecurityHub as createLocalHub } from '../../local-account/securityhub/securityhub.ts';
import { batchOf } from '../../support/build.ts';
import { findingSettings, inactiveRule, singleRule } from '../../support/findings.ts';
import { ruleProperties, type ServedAccount, serveAccount } from '../../support/served-account.ts';

const RULES = [singleRule.name, inactiveRule.name];
const USERS = 150;
const VIOLATING = 3;

/** The simulated account: two pages of results of each rule, and three users that violate both. */
const scenario = parseScenario({
  ...{ users: USERS, violations: (100 * VIOLATING) / USERS, securityHubFindings: true },
  ...{ keyChanges: 0, remediations: 0 },
});

let account: ServedAccount;
let userIds: string[];
let lines: string[];
beforeEach(async () => {
  account = await serveAccount({});
  const place = { accountId: '123456789012', region: 'us-east-1' };
  const hub = createLocalHub({ ...place, now: () => account.clock.now });
  account.dispatcher.register('securityhub', hub.operations);
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  lines = [];
  const seed = (_: unknown, index: number) =>
    account.iam.seedUser({ UserName: `user-${index}`, keys: [{}, {}] }).UserId;
  userIds = Array.from({ length: USERS }, seed);
  for (const rule of RULES) await record(rule);
});
afterEach(() => account.close());

/** Records a result of the rule for every user in AWS Config. */
const record = async (ConfigRuleName: string) => {
  account.config.putConfigRule({ ...ruleProperties(), ConfigRuleName });
  const all = userIds.map((ComplianceResourceId, index) => ({
    ComplianceResourceType: 'AWS::IAM::User',
    ComplianceResourceId,
    ComplianceType: index < VIOLATING ? 'NON_COMPLIANT' : 'COMPLIANT',
    OrderingTimestamp: account.clock.now.getTime() / 1000,
  }));
  account.rule.whenInvoked = async ({ resultToken: ResultToken }) => {
    for (let begin = 0; begin < all.length; begin += 100)
      account.config.operations.PutEvaluations(
        { Evaluations: all.slice(begin, begin + 100), ResultToken },
        'operator',
      );
  };
  await account.config.deliverSchedule(ConfigRuleName);
};

/** Runs the function once; returns its calls and findings. */
const run = async (event: unknown) => {
  const clients = createClients({ writeLine: (line) => void lines.push(line) });
  const before = account.dispatcher.calls.length;
  await createHandler({
    ...clients,
    securityHub: createSecurityHub(findingSettings.place, clients.countCalls),
    settings: findingSettings,
    now: () => account.clock.now,
  })(event);
  const calls = account.dispatcher.calls.slice(before);
  const count = (service: string) => calls.filter((call) => call.service === service).length;
  const { FindingsImported } = JSON.parse(lines.at(-1) ?? '');
  return { iam: count('iam'), config: count('config'), findings: FindingsImported };
};

describe('findingUsageOf', () => {
  it('is an upper bound of a daily run in the local account', async () => {
    const { iamCalls, configCalls, findings, runs } = findingUsageOf(scenario);
    expect(runs).toBe(30);

    const actual = await run({ source: 'aws.events', 'detail-type': 'Scheduled Event' });

    expect(actual).toMatchObject({ config: configCalls / 30, findings: findings / 30 });
    // The keys of a user that violates both rules are read once, and no user is missing.
    expect(actual.iam).toBe(1 + VIOLATING);
    expect(actual.iam).toBeLessThanOrEqual(iamCalls / 30);
  });

  it('is an upper bound of a run after a change of compliance', async () => {
    const quiet = findingUsageOf(scenario);
    const changed = findingUsageOf({ ...scenario, keyChanges: 100 / USERS });
    const messages = changed.messages - quiet.messages;
    expect(messages).toBe(RULES.length);

    const [resourceId] = userIds;
    const actual = await run(
      batchOf({
        source: 'aws.config',
        'detail-type': 'Config Rules Compliance Change',
        detail: { configRuleName: singleRule.name, resourceType: 'AWS::IAM::User', resourceId },
      }),
    );

    expect(actual).toMatchObject({
      config: (changed.configCalls - quiet.configCalls) / messages,
      findings: (changed.findings - quiet.findings) / messages,
    });
    expect(actual.iam).toBe(2);
    expect(actual.iam).toBeLessThanOrEqual((changed.iamCalls - quiet.iamCalls) / messages);
  });
});
