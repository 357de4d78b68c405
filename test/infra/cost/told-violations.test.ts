import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findingsOf } from '../../../infra/cost/activity.ts';
import { METRICS_OF_FINDINGS } from '../../../infra/cost/assumptions.ts';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { createClients } from '../../../rule/aws/clients.ts';
import { createHandler } from '../../../rule/security-hub/handler.ts';
import { createSecurityHub } from '../../../rule/security-hub/security-hub.ts';
import { createSecurityHub as createLocalHub } from '../../local-account/securityhub/securityhub.ts';
import { findingSettings, inactiveRule, singleRule } from '../../support/findings.ts';
import { batchOf } from '../../support/key-event.ts';
import { ruleProperties, type ServedAccount, serveAccount } from '../../support/served-account.ts';

const RULES = [singleRule.name, inactiveRule.name];
const USERS = 150;
const VIOLATING = 3;

/** The account that is served: two pages of results of each rule, three users that violate both. */
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
  for (const rule of RULES) await hold(rule);
});
afterEach(() => account.close());

/** Lets Config hold what a rule says of every user. */
const hold = async (ConfigRuleName: string) => {
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

/** The calls and the findings of one run of the real function. */
const tell = async (event: unknown) => {
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
  const { FindingsImported, _aws } = JSON.parse(lines.at(-1) ?? '');
  const metrics = _aws.CloudWatchMetrics[0].Metrics.length;
  return { iam: count('iam'), config: count('config'), findings: FindingsImported, metrics };
};

describe('what tells Security Hub, in the local account', () => {
  it('takes once a day what the model says, or a little less', async () => {
    const { iamCalls, configCalls, findings, runs } = findingsOf(scenario);
    expect(runs).toBe(30);

    const taken = await tell({ source: 'aws.events', 'detail-type': 'Scheduled Event' });

    expect(taken).toMatchObject({ config: configCalls / 30, findings: findings / 30 });
    // The keys of a user that violates both rules are read once, and nobody is missing.
    expect(taken.iam).toBe(1 + VIOLATING);
    expect(taken.iam).toBeLessThanOrEqual(iamCalls / 30);
    expect(taken.metrics).toBe(METRICS_OF_FINDINGS);
  });

  it('takes for a change of a verdict what the model says, at most', async () => {
    const still = findingsOf(scenario);
    const changed = findingsOf({ ...scenario, keyChanges: 1 });
    const messages = changed.messages - still.messages;
    expect(messages).toBe(RULES.length);

    const [resourceId] = userIds;
    const taken = await tell(
      batchOf({
        source: 'aws.config',
        'detail-type': 'Config Rules Compliance Change',
        detail: { configRuleName: singleRule.name, resourceType: 'AWS::IAM::User', resourceId },
      }),
    );

    expect(taken).toMatchObject({
      config: (changed.configCalls - still.configCalls) / messages,
      findings: (changed.findings - still.findings) / messages,
    });
    expect(taken.iam).toBe(2);
    expect(taken.iam).toBeLessThanOrEqual((changed.iamCalls - still.iamCalls) / messages);
  });
});
