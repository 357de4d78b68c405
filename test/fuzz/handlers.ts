import { createHandler as createAutomatic } from '../../remediation/automatic/handler.ts';
import { InvalidScheduledEventError } from '../../remediation/automatic/schedule.ts';
import { createHandler as createPlanner } from '../../remediation/planner/handler.ts';
import { InvalidInputError } from '../../remediation/plans/input.ts';
import { createCallCounts } from '../../rule/aws/clients.ts';
import { createConfig } from '../../rule/aws/config.ts';
import { createIam } from '../../rule/aws/iam.ts';
import { UserNotDeletedError } from '../../rule/evaluation/change.ts';
import { InvalidEventError } from '../../rule/evaluation/event.ts';
import { createHandler as createRule } from '../../rule/evaluation/handler.ts';
import { InvalidParameterError } from '../../rule/input/parameter.ts';
import { InvalidBatchError } from '../../rule/input/queue-batch.ts';
import { createHandler as createKeyEvents } from '../../rule/key-events/handler.ts';
import { createLogRun } from '../../rule/log/log.ts';
import { createHandler as createFindings } from '../../rule/security-hub/handler.ts';
import { createSecurityHub } from '../../rule/security-hub/security-hub.ts';
import { singleAccessKeyRule } from '../../rule/single-access-key/rule.ts';
import { createSecurityHub as createLocalHub } from '../local-account/securityhub/securityhub.ts';
import { at, batchOf, historyOf, keyEvent } from '../support/build.ts';
import { findingSettings } from '../support/findings.ts';
import { RULE_NAME, ruleProperties, serveAccount } from '../support/served-account.ts';
import { JsonText, SECRET } from './breakage.ts';
import { configEvents, DEACTIVATION_ROLE_ARN, plannerInputs } from './specimens.ts';
import {
  attempt,
  type ErrorClass,
  expectThat,
  type Outcome,
  requireLines,
  requireRefusal,
  type Target,
} from './target.ts';

const USER_ID = 'AIDAQO5QBPYFF4ULQRVCE';

/** The writes that a function may make. */
const WRITES = ['PutEvaluations', 'StartConfigRulesEvaluation', 'BatchImportFindings'];

/** Serves an account on loopback with one user that has two active keys. */
const serve = async () => {
  const account = await serveAccount();
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  const hub = createLocalHub({ accountId: '123456789012', region: 'us-east-1', now: () => at });
  account.dispatcher.register('securityhub', hub.operations);
  for (const { name } of findingSettings.rules)
    account.config.putConfigRule({ ...ruleProperties(), ConfigRuleName: name });
  account.iam.seedUser({ UserName: 'serverless-test', UserId: USER_ID, keys: [{}, {}] });
  const lines: string[] = [];
  const { countCalls, takeCalls } = createCallCounts();
  const { calls } = account.dispatcher;
  return {
    ...account,
    countCalls,
    /** Makes Config issue a result token. */
    deliver: () => account.config.deliverSchedule(RULE_NAME),
    iam: createIam(account.iamClient),
    config: createConfig(account.configClient),
    logRun: createLogRun((line) => void lines.push(line), takeCalls),
    /** The outcome of a case: its error, log lines and writes. */
    observe: async <Result>(act: () => Promise<Result>) => {
      lines.length = 0;
      // The recorded calls of a long run would fill the memory.
      for (const kept of [calls, account.delivered] as unknown[][]) kept.splice(0);
      const outcome = { result: undefined, error: undefined, ...(await attempt(act)) };
      requireLines(lines);
      expectThat(lines.length === 1, () => `expected one line, got ${lines.length}`);
      const writes = calls.filter(({ operation }) => WRITES.includes(operation));
      const others = calls.filter(
        ({ operation }) => !/^(Get|List|Describe|Lookup)/.test(operation),
      );
      expectThat(others.length === writes.length, () => `expected no ${others[0]?.operation}`);
      return { ...outcome, writes, calls };
    },
  };
};

type Served = Awaited<ReturnType<typeof serve>>;

/** A target that invokes a function with its clients. */
const handler = (
  name: string,
  specimens: readonly unknown[],
  open: (served: Served) => (given: unknown) => Promise<Outcome>,
): Target => ({
  name,
  specimens,
  open: async () => {
    const served = await serve();
    return { take: open(served), close: served.close };
  },
});

/** Requires that a refused input causes no call. */
const requireUntouched = (
  { error, calls }: { readonly error?: unknown; readonly calls: readonly unknown[] },
  classes: readonly ErrorClass[],
): Outcome => {
  requireRefusal(error, classes);
  expectThat(
    calls.length === 0,
    () => `expected no call, got ${JSON.stringify(calls).slice(0, 500)}`,
  );
  return { error };
};

type Evaluation = Readonly<Record<string, unknown>>;
type Members = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Requires that the result of a change notification is correct. */
const requireTrue = (given: Evaluation, evaluation: Evaluation): void => {
  const invoking = JSON.parse(String(given['invokingEvent'])) as Members;
  const item = invoking['configurationItem'] ?? invoking['configurationItemSummary'] ?? {};
  const { resourceId } = item;
  const parameters = JSON.parse(String(given['ruleParameters'] || '{}')) as Evaluation;
  const isAllowed = Number(parameters['maxActiveAccessKeys'] ?? 1) > 1;
  expectThat(
    evaluation['ComplianceResourceId'] === resourceId &&
      evaluation['ComplianceResourceType'] === 'AWS::IAM::User' &&
      (resourceId === USER_ID
        ? evaluation['ComplianceType'] === (isAllowed ? 'COMPLIANT' : 'NON_COMPLIANT')
        : evaluation['ComplianceType'] === 'NOT_APPLICABLE'),
    () =>
      `expected the correct result for ${JSON.stringify(item).slice(0, 300)}, got ${JSON.stringify(evaluation).slice(0, 300)}`,
  );
};

const rule = handler('rule, by events of Config', configEvents, (served) => {
  const handle = createRule({ ...served, now: () => at }, singleAccessKeyRule);
  return async (given) => {
    await served.deliver();
    const token = served.delivered.at(-1)?.resultToken;
    const isKnown = (given as Evaluation | undefined)?.['resultToken'] === 'token-1';
    const event = isKnown ? { ...(given as Evaluation), resultToken: token } : given;
    const observed = await served.observe(() => handle(event));
    const { error, writes } = observed;
    // Only Config can refuse an unknown token or rule. It then stores nothing.
    const isOurs = (given as Evaluation | undefined)?.['configRuleName'] === RULE_NAME;
    const { name = '' } = (error ?? {}) as Partial<Error>;
    if (!isKnown && name === 'InvalidResultTokenException') return { error };
    if (!isOurs && name === 'NoSuchConfigRuleException') return { error };
    // The specimen of a deletion names a user that the account has.
    if (error instanceof UserNotDeletedError && writes.length === 0) return {};
    if (error !== undefined)
      return requireUntouched(observed, [InvalidEventError, InvalidParameterError]);
    const evaluations = writes.flatMap(
      ({ input }) => (input as { Evaluations: Evaluation[] }).Evaluations,
    );
    const isChange = !String((given as Evaluation)['invokingEvent']).includes('ScheduledNot');
    if (isChange) {
      expectThat(writes.length === 1 && evaluations.length <= 1, () => 'expected one result');
      for (const one of evaluations) requireTrue(given as Evaluation, one);
    }
    return {};
  };
});

const keyEvents = handler(
  'key events, by batches of the queue',
  [
    batchOf(),
    {
      Records: batchOf(keyEvent(), keyEvent()).Records.map((record) => ({
        ...record,
        receiptHandle: SECRET,
        body: new JsonText(keyEvent({ sourceIPAddress: SECRET })),
      })),
    },
  ],
  (served) => {
    const settings = {
      configRuleNames: findingSettings.rules.map(({ name }) => name),
      maximumUsers: 500,
    };
    const handle = createKeyEvents({ ...served, settings, now: () => at });
    return async (given) => {
      served.clock.now = new Date(served.clock.now.getTime() + 120_000);
      const observed = await served.observe(() => handle(given));
      const { error, result, writes } = observed;
      if (error !== undefined) return requireUntouched(observed, [InvalidBatchError]);
      const { Records } = given as { Records: readonly { body: string; messageId: string }[] };
      const kept = result?.batchItemFailures ?? [];
      // A message that is not an IAM event starts no evaluation and stays in the queue.
      const good = Records.filter(({ body }) => body.includes('aws.iam'));
      expectThat(
        writes.length === (kept.length < Records.length ? 1 : 0) &&
          kept.length >= Records.length - good.length,
        () => `expected one start for the processed messages, got ${writes.length}`,
      );
      return {};
    };
  },
);

const change = {
  source: 'aws.config',
  'detail-type': 'Config Rules Compliance Change',
  account: '123456789012',
  detail: {
    configRuleName: findingSettings.rules[0]?.name,
    resourceType: 'AWS::IAM::User',
    resourceId: USER_ID,
    newEvaluationResult: SECRET,
  },
};

const findings = handler(
  'findings, by events and batches of the queue',
  [
    { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: SECRET },
    {
      Records: batchOf(change, change).Records.map((record) => ({
        ...record,
        receiptHandle: SECRET,
        body: new JsonText(change),
      })),
    },
  ],
  (served) => {
    const handle = createFindings({
      ...served,
      securityHub: createSecurityHub(findingSettings.place, served.countCalls),
      settings: findingSettings,
      now: () => at,
    });
    return async (given) => {
      const observed = await served.observe(() => handle(given));
      const { error, result, writes } = observed;
      if (error !== undefined) return requireUntouched(observed, [InvalidBatchError]);
      // Config has recorded no violation, so there is nothing to import.
      expectThat(writes.length === 0, () => `expected no write, got ${writes.length}`);
      const { Records = [] } = given as { Records?: readonly { body: string }[] };
      const bad = Records.filter(({ body }) => !body.includes('aws.config'));
      expectThat(
        (result?.batchItemFailures.length ?? 0) >= bad.length,
        () => 'expected a message without a compliance change to stay',
      );
      return {};
    };
  },
);

const planner = handler('planner, by inputs', plannerInputs, (served) => {
  const readHistory = async () => historyOf([], { isComplete: false });
  const handle = createPlanner({
    ...served,
    readHistory,
    deactivationRoleArn: DEACTIVATION_ROLE_ARN,
    accountId: '123456789012',
    now: () => at,
  });
  return async (given) => {
    const observed = await served.observe(() => handle(given));
    const { error, result, writes } = observed;
    expectThat(writes.length === 0, () => `expected no write, got ${writes.length}`);
    if (error !== undefined && served.dispatcher.calls.length > 0) {
      // Config refuses an unknown rule.
      expectThat(
        (error as Error).name === 'NoSuchConfigRuleException',
        () => `expected no failure, got ${(error as Error).stack}`,
      );
      return { error };
    }
    if (error !== undefined)
      return requireUntouched(observed, [InvalidInputError, InvalidParameterError]);
    const { UserId, AccessKeyId, DryRun } = given as Evaluation;
    const acts = ['Deactivate', 'Reactivate', 'Delete'].includes(result?.Outcome ?? '');
    expectThat(
      result?.UserId === UserId &&
        !(acts && String(DryRun) === 'true') &&
        (!acts || AccessKeyId === '' || AccessKeyId === result?.AccessKeyId),
      () => `expected a plan for the request, got ${JSON.stringify(result)}`,
    );
    return {};
  };
});

const never = () => Promise.reject(new Error('expected no execution and no message'));

const automatic = handler(
  'automatic mode, by events of the schedule',
  [
    {
      ...{ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: SECRET },
      time: '2026-01-31T12:00:00Z',
    },
  ],
  (served) => {
    const handle = createAutomatic({
      ...served,
      readHistory: async () => historyOf(),
      actions: { startExecution: never, publish: never },
      settings: {
        ...{ Runbook: 'DeactivateAccessKey', ConfigRuleName: RULE_NAME, documentName: 'document' },
        ...{ automationRoleArn: DEACTIVATION_ROLE_ARN, deactivationRoleArn: DEACTIVATION_ROLE_ARN },
        ...{ accountId: '123456789012', periodHours: 24 },
        ...{ notificationTopicArn: 'topic', ownerTagKey: 'owner' },
      },
      now: () => at,
    });
    return async (given) => {
      const observed = await served.observe(() => handle(given));
      const { error, writes } = observed;
      // Config has recorded no violation, so there is nothing to plan.
      expectThat(writes.length === 0, () => `expected no write, got ${writes.length}`);
      return error === undefined ? {} : requireUntouched(observed, [InvalidScheduledEventError]);
    };
  },
);

/** The handlers of the functions. */
export const handlers: readonly Target[] = [rule, keyEvents, findings, planner, automatic];
