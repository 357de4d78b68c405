import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../../infra/scan/rules.ts';
import { type AccountScan, scanAccount } from '../../../infra/scan/scan-account.ts';
import { createSources } from '../../../infra/scan/sources.ts';
import { readSettings } from '../../../infra/settings/read-settings.ts';
import type { Settings } from '../../../infra/settings/settings.ts';
import { createHandler as createPlanner } from '../../../remediation/planner/handler.ts';
import { HISTORY_LIMITS } from '../../../remediation/planner/make-plan.ts';
import type { Plan } from '../../../remediation/plans/plan.ts';
import { createClients } from '../../../rule/aws/clients.ts';
import { createEventHistory } from '../../../rule/aws/cloudtrail.ts';
import { createHandler } from '../../../rule/evaluation/handler.ts';
import { at } from '../../support/build.ts';
import { runs } from '../../support/property-runs.ts';
import {
  activeKey,
  exemptingTag,
  inactiveKey,
  inactiveParameters,
  liveUntilNow,
  type RandomUser,
  randomUsers,
  singleParameters,
} from '../../support/random-users.ts';
import { ruleProperties, serveAccount } from '../../support/served-account.ts';
import type { Reported } from '../../support/served-rule.ts';

/** Creates an account with random users, and the rules of a deployment with these settings. */
const createAccount = async (users: readonly RandomUser[], settings: Settings) => {
  const account = await serveAccount();
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  const clock = {
    now: () => account.clock.now,
    advance: (milliseconds: number) => {
      account.clock.now = new Date(account.clock.now.getTime() + milliseconds);
    },
  };
  account.clock.now = new Date(at.getTime() - 100 * 86_400_000);
  const { call } = account.dispatcher;
  await liveUntilNow({ seed: account.iam.seedUser, call }, clock, users);
  for (const { Rule, parameters } of rulesOf(settings))
    account.config.putConfigRule({
      ...ruleProperties('ScheduledNotification'),
      ConfigRuleName: Rule,
      InputParameters: Object.fromEntries(
        Object.entries(parameters).map(([name, value]) => [name, String(value)]),
      ),
    });
  return account;
};
type Account = Awaited<ReturnType<typeof createAccount>>;

/** Runs the function of each rule, and returns what it reports: by rule and user id. */
const evaluateFirst = async (account: Account, settings: Settings) => {
  const clients = createClients({ writeLine: () => {} });
  const readHistory = createEventHistory('us-east-1', clients.countCalls);
  const reported: string[] = [];
  for (const { Rule, createRule } of rulesOf(settings)) {
    const begun = account.dispatcher.calls.length;
    account.rule.whenInvoked = createHandler(
      { ...clients, readHistory, now: () => at },
      createRule,
    );
    await account.config.deliverSchedule(Rule);
    const evaluations = account.dispatcher.calls
      .slice(begun)
      .filter(({ operation }) => operation === 'PutEvaluations')
      .flatMap(({ input }) => (input as { readonly Evaluations: Reported[] }).Evaluations);
    for (const { ComplianceResourceId, ComplianceType, Annotation = '' } of evaluations)
      reported.push([Rule, ComplianceResourceId, ComplianceType, Annotation].join(' | '));
  }
  return reported.sort();
};

const resultsOf = ({ results }: AccountScan): readonly string[] =>
  results
    .map(({ Rule, UserId, ComplianceType, Annotation }) =>
      [Rule, UserId, ComplianceType, Annotation].join(' | '),
    )
    .sort();

const ACTIONS: Readonly<Record<string, string>> = { Deactivate: 'Deactivate', Delete: 'Delete' };

/** Runs the planner as a click on Remediate does, after a deployment whose runbooks have not changed a key. */
const planOf = async (settings: Settings, UserId: string, Rule: string): Promise<Plan> => {
  const { logRun, iam, config, countCalls } = createClients({ writeLine: () => {} });
  const planner = createPlanner({
    ...{ iam, config, logRun, now: () => at, region: 'us-east-1' },
    readHistory: createEventHistory('us-east-1', countCalls, HISTORY_LIMITS),
    deactivationRoleArn: 'arn:aws:iam::123456789012:role/new',
    accountId: '123456789012',
  });
  const shared = { UserId, AccessKeyId: '', DryRun: 'false', ConfigRuleName: Rule };
  const { configRuleName, inactiveConfigRuleName: InactiveConfigRuleName } = settings;
  return planner(
    Rule === configRuleName
      ? {
          ...{ ...shared, Runbook: 'DeactivateAccessKey', InactiveConfigRuleName },
          MinimumIdleDays: '',
        }
      : { ...shared, Runbook: 'DeleteInactiveAccessKey', MinimumInactiveDays: '' },
  );
};

const anyAccount = fc.record({
  users: randomUsers(8, {
    keys: fc.oneof(activeKey, activeKey, inactiveKey),
    atLeast: 0,
    tag: fc.option(exemptingTag, { nil: undefined }),
  }),
  parameters: fc.tuple(singleParameters, inactiveParameters),
});

const settingsOf = ([single, inactive]: readonly [object, object]) =>
  readSettings({ ...inactive, ...single });

const scan = (settings: Settings): Promise<AccountScan> => {
  const { credentials, region } = {
    credentials: async () => ({ accessKeyId: 'any', secretAccessKey: 'any' }),
    region: 'us-east-1',
  };
  const account = { AccountId: '123456789012' };
  return scanAccount(createSources({ region, credentials }), { account, settings, region, at });
};

describe('a scan', () => {
  it('has the results of a first evaluation, and the keys and reasons of the plans', async () => {
    const actions = new Set<string>();
    await fc.assert(
      fc.asyncProperty(anyAccount, async ({ users, parameters }) => {
        const settings = settingsOf(parameters);
        const account = await createAccount(users, settings);
        try {
          const scanned = await scan(settings);
          expect(scanned.failures).toEqual([]);
          expect(scanned.results).toHaveLength(2 * users.length);
          expect(resultsOf(scanned)).toEqual(await evaluateFirst(account, settings));

          for (const { UserId, Rule, ComplianceType, Recommendation } of scanned.results) {
            const plan = await planOf(settings, UserId, Rule);
            const { Action, Reason, AccessKeyId = 'none' } = Recommendation;
            expect(Action).toBe(ACTIONS[plan.Outcome] ?? 'None');
            actions.add(`${plan.Outcome} ${ComplianceType}`);
            if (ComplianceType === 'COMPLIANT') expect(Recommendation).toEqual({ Action: 'None' });
            else
              expect({ Reason, AccessKeyId }).toEqual({
                Reason: plan.Reason,
                AccessKeyId: plan.AccessKeyId,
              });
          }
        } finally {
          await account.close();
        }
      }),
      { numRuns: runs(15) },
    );
    expect([...actions].sort()).toEqual([
      'Deactivate NON_COMPLIANT',
      'Delete NON_COMPLIANT',
      'NothingToDo COMPLIANT',
      'Refused NON_COMPLIANT',
    ]);
  });
});
