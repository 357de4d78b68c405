import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import { createHandler as createPlanner } from '../../remediation/planner/handler.ts';
import { createCallCounts } from '../../rule/aws/clients.ts';
import { createEventHistory, type ReadHistory } from '../../rule/aws/cloudtrail.ts';
import {
  createConfig,
  FailedEvaluationsError,
  MissingResultsError,
} from '../../rule/aws/config.ts';
import { createIam } from '../../rule/aws/iam.ts';
import { createHandler as createRule } from '../../rule/evaluation/handler.ts';
import { inactiveAccessKeyRule } from '../../rule/inactive-access-key/rule.ts';
import { InvalidParameterError } from '../../rule/input/parameter.ts';
import { InvalidResponseError } from '../../rule/input/parse.ts';
import { createHandler as createKeyEvents } from '../../rule/key-events/handler.ts';
import { createLogRun } from '../../rule/log/log.ts';
import { createHandler as createFindings } from '../../rule/security-hub/handler.ts';
import { createSecurityHub, FailedFindingsError } from '../../rule/security-hub/security-hub.ts';
import { singleAccessKeyRule } from '../../rule/single-access-key/rule.ts';
import { at, batchOf, historyOf, keyEvent } from '../support/build.ts';
import { findingSettings, stored } from '../support/findings.ts';
import { DEACTIVATION_ROLE_ARN, plannerInputs } from './specimens.ts';
import {
  attempt,
  expectThat,
  type OpenTarget,
  type Outcome,
  requireLines,
  requireRefusal,
  type Target,
} from './target.ts';
import {
  ALICE,
  ANSWERS,
  type Asked,
  BOB,
  CAROL,
  createWorld,
  OLD,
  serveWorld,
  type World,
} from './world.ts';

const event = (invokingEvent: object) => ({
  configRuleName: 'iam-user-single-access-key',
  resultToken: 'token',
  ruleParameters: '{"exemptionTagKey":"keys-until"}',
  invokingEvent: JSON.stringify({ notificationCreationTime: at.toISOString(), ...invokingEvent }),
});
const SCHEDULE = event({ messageType: 'ScheduledNotification' });
const CHANGE = event({
  messageType: 'ConfigurationItemChangeNotification',
  configurationItem: {
    resourceType: 'AWS::IAM::User',
    resourceId: ALICE,
    resourceName: 'alice',
    configurationItemStatus: 'OK',
    configurationItemCaptureTime: at.toISOString(),
  },
});

/** The clients of a function, with or without a wire. */
type Sources = {
  readonly iam: ReturnType<typeof createIam>;
  readonly config: ReturnType<typeof createConfig>;
  readonly logRun: ReturnType<typeof createLogRun>;
  readonly readHistory: ReadHistory;
  readonly countCalls: ReturnType<typeof createCallCounts>['countCalls'];
  readonly now: () => Date;
};
type Invoke = (sources: Sources) => Promise<unknown>;

const sweep: Invoke = (sources) => createRule(sources, singleAccessKeyRule)(SCHEDULE);
const inactiveSweep: Invoke = (sources) => createRule(sources, inactiveAccessKeyRule)(SCHEDULE);
const change: Invoke = (sources) => createRule(sources, singleAccessKeyRule)(CHANGE);
const plan: Invoke = (sources) =>
  createPlanner({
    ...sources,
    deactivationRoleArn: DEACTIVATION_ROLE_ARN,
    accountId: '123456789012',
    now: () => at,
  })({
    ...plannerInputs[0],
    UserId: ALICE,
  });
const keyEvents: Invoke = (sources) =>
  createKeyEvents({
    ...sources,
    settings: { configRuleNames: ['rule'], maximumUsers: 500 },
    now: () => at,
  })(batchOf(keyEvent()));
const findings: Invoke = (sources) =>
  createFindings({
    ...sources,
    securityHub: createSecurityHub(findingSettings.place, sources.countCalls),
    settings: findingSettings,
    now: () => at,
  })({ source: 'aws.events', 'detail-type': 'Scheduled Event' });

type Evaluation = { readonly ComplianceResourceId: string; readonly ComplianceType: string };
const inputsOf = (world: World, operation: string) =>
  world.asked.filter((asked) => asked.operation === operation).map(({ input }) => input);
const reportedBy = (world: World): readonly Evaluation[] =>
  inputsOf(world, 'PutEvaluations').flatMap(({ Evaluations }) => Evaluations as Evaluation[]);

/** A case of one operation: the broken answer and the outcome. */
type Case = {
  readonly text: string;
  readonly given: unknown;
  /** Whether the answer came as bytes, which the SDK decodes. */
  readonly overWire: boolean;
  readonly world: World;
  readonly result: unknown;
  readonly error: unknown;
};

/** Counts the active keys in an answer. The SDK decodes an invalid XML list as an empty list. */
const activeIn = (given: unknown): number => {
  const { AccessKeyMetadata: keys } = Object(given);
  if (!Array.isArray(keys)) return 0;
  return keys.filter((one: unknown) => Object(one).Status === 'Active').length;
};

const isName = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && value.length <= 128;

/** Whether an answer is a list of complete keys. */
const areKeys = (given: unknown): boolean => {
  const { AccessKeyMetadata: keys } = Object(given);
  const isKey = (one: unknown) => {
    const { AccessKeyId, Status, CreateDate } = Object(one);
    const isDate = CreateDate instanceof Date && !Number.isNaN(CreateDate.getTime());
    return isName(AccessKeyId) && isName(Status) && isDate;
  };
  return Array.isArray(keys) && keys.every(isKey);
};

/** Returns the user ids in an answer. */
const usersIn = (given: unknown): unknown[] => {
  const { Users: users } = Object(given);
  return Array.isArray(users) ? users.map((one: unknown) => Object(one).UserId) : [];
};

/** Requires that no reported result is wrong. */
const requireSafe = ({ given, overWire, world }: Case, operation: string): void => {
  for (const { ComplianceResourceId: id, ComplianceType: type } of reportedBy(world)) {
    const said = () => `expected a correct result, got ${String(id).slice(0, 80)} ${type}`;
    const mayBeCompliant =
      operation === 'ListAccessKeys' && activeIn(given) < 2 && (overWire || areKeys(given));
    expectThat(typeof id === 'string' && id !== '' && id.length <= 768, said);
    expectThat(!(id === ALICE && type === 'COMPLIANT') || mayBeCompliant, said);
    expectThat(!([BOB, CAROL].includes(id) && type === 'NON_COMPLIANT'), said);
    const isListed = operation !== 'ListUsers' || usersIn(given).includes(id);
    expectThat(
      !(type === 'NOT_APPLICABLE' && isListed && [ALICE, BOB, CAROL].includes(id)) ||
        operation === 'GetUser',
      said,
    );
  }
};

/** Requires that a run fails if Config lists failed evaluations. */
const requireReported = (one: Case, operation: string): void => {
  requireSafe(one, operation);
  if (one.error !== undefined) return;
  const came = one.overWire ? JSON.parse(one.text || '{}') : one.given;
  const { FailedEvaluations: failed } = Object(came);
  const isNone = failed === undefined || (Array.isArray(failed) && failed.length === 0);
  // The SDK omits null.
  expectThat(isNone || (one.overWire && failed === null), () => 'expected the report to fail');
};

/** Requires a plan for the one deactivatable key, or none. */
const requirePlan = ({ result }: Case): void => {
  const { Outcome, AccessKeyId, UserId } = (result ?? {}) as Record<string, unknown>;
  expectThat(
    Outcome !== 'Deactivate' || (AccessKeyId === OLD && UserId === ALICE),
    () => `expected a plan for ${OLD}, got ${JSON.stringify(result)}`,
  );
};

/** Requires that the finding of a current violation is not archived. */
const requireFindings = ({ text, world }: Case, operation: string): void => {
  const isHeld = operation !== 'GetComplianceDetailsByConfigRule' && operation !== 'ListUsers';
  for (const { Findings } of inputsOf(world, 'BatchImportFindings'))
    for (const { Id, RecordState } of Findings as { Id: string; RecordState: string }[])
      if (Id === `${stored().GeneratorId}/user/${ALICE}` && RecordState === 'ARCHIVED')
        expectThat(!isHeld || text === '', () => `expected ${Id} not to be archived`);
};

const OURS = [
  InvalidResponseError,
  MissingResultsError,
  InvalidParameterError,
  FailedEvaluationsError,
  FailedFindingsError,
];

/** Whether the SDK itself threw the error because it could not decode an answer. */
const isOfSdk = (error: unknown): boolean =>
  error instanceof Error &&
  /^\s+at .*(node_modules\/(@aws-sdk|@smithy|fast-xml)|<anonymous>\)$|node:)/m.test(
    String(error.stack)
      .split('\n')
      .find((line) => /^\s+at /.test(line)) ?? '',
  ) &&
  /node_modules\/(@aws-sdk|@smithy)/.test(String(error.stack));

/** The operation whose answer is broken, the function that reads it, and the check. */
type Read = {
  readonly operation: string;
  readonly invoke: Invoke;
  readonly check: (one: Case, operation: string) => void;
};

/** Invokes the function and returns its error and the check of its outcome. */
const observe = async (
  world: World,
  { operation, invoke, check }: Read,
  sources: Omit<Sources, 'logRun' | 'countCalls' | 'now'>,
) => {
  const lines: string[] = [];
  const { countCalls, takeCalls } = createCallCounts();
  const logRun = createLogRun((line) => void lines.push(line), takeCalls);
  const { result, error } = {
    ...{ result: undefined, error: undefined },
    ...(await attempt(() => invoke({ ...sources, logRun, countCalls, now: () => at }))),
  };
  requireLines(lines);
  return {
    error,
    check: (came: Pick<Case, 'text' | 'given' | 'overWire'>) =>
      check({ ...came, world, result, error }, operation),
  };
};

const noHistoryAtAll: ReadHistory = async () => historyOf([], { isComplete: false });

/** Breaks an answer as the SDK returns it, in case AWS or the SDK changes a type. */
const asObject = (read: Read): Target => ({
  name: `answer of ${read.operation}`,
  specimens: [ANSWERS[read.operation]],
  open: async (): Promise<OpenTarget> => {
    const world = createWorld();
    const client = {
      send: async ({
        constructor: { name },
        input,
      }: {
        constructor: { name: string };
        input: Asked['input'];
      }) => structuredClone(world.answer({ operation: name.replace(/Command$/, ''), input })),
    };
    // The paginators of the SDK accept only instances of its clients.
    const iam = createIam(Object.assign(Object.create(IAMClient.prototype), client));
    const config = createConfig(
      Object.assign(Object.create(ConfigServiceClient.prototype), client),
    );
    return {
      take: async (given) => {
        world.begin(read.operation, given);
        const { error, check } = await observe(world, read, {
          iam,
          config,
          readHistory: noHistoryAtAll,
        });
        if (error !== undefined && !isOfSdk(error)) requireRefusal(error, OURS);
        check({ text: JSON.stringify(given) ?? '', given, overWire: false });
        return { error };
      },
    };
  },
});

/** Breaks an answer on the wire. The SDK clients decode it. */
const asBytes = (read: Read): Target => ({
  name: `bytes of ${read.operation}`,
  share: 0.25,
  // The SDK converts a string in place of an object to one member per character, which is slow.
  milliseconds: 4_000,
  specimens: [ANSWERS[read.operation]],
  open: async (): Promise<OpenTarget> => {
    const world = createWorld();
    let text = '';
    const { endpoint, close } = await serveWorld(world, ({ operation }, body) => {
      if (
        operation === read.operation &&
        !(operation === 'ListAccessKeys' && world.asked.at(-1)?.input['UserName'] !== 'alice')
      )
        text = body;
      return body;
    });
    process.env['AWS_ENDPOINT_URL'] = endpoint;
    const connection = {
      endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'RULE', secretAccessKey: 'any' },
    };
    const iam = createIam(new IAMClient(connection));
    const config = createConfig(new ConfigServiceClient(connection));
    const readHistory = createEventHistory('us-east-1', createCallCounts().countCalls);
    return {
      close,
      take: async (given): Promise<Outcome> => {
        world.begin(read.operation, given);
        text = '';
        const { error, check } = await observe(world, read, { iam, config, readHistory });
        if (error !== undefined && !isOfSdk(error)) requireRefusal(error, OURS);
        check({ text, given, overWire: true });
        return { error };
      },
    };
  },
});

const BY_SDK: readonly Read[] = [
  ...[
    ...['ListUsers', 'ListAccessKeys', 'GetAccessKeyLastUsed', 'ListUserTags'],
    'ListAttachedUserPolicies',
  ].map((operation) => ({
    operation,
    invoke: sweep,
    check: requireSafe,
  })),
  { operation: 'GetComplianceDetailsByConfigRule', invoke: sweep, check: requireSafe },
  { operation: 'PutEvaluations', invoke: sweep, check: requireReported },
  { operation: 'GetUser', invoke: change, check: requireSafe },
  { operation: 'GetComplianceDetailsByResource', invoke: change, check: requireSafe },
  { operation: 'DescribeConfigRules', invoke: plan, check: requirePlan },
  { operation: 'GetAccountSummary', invoke: keyEvents, check: () => {} },
];

/** The answers of AWS, as objects and as bytes. */
export const answers: readonly Target[] = [
  ...BY_SDK.map(asObject),
  ...BY_SDK.map(asBytes),
  asBytes({ operation: 'LookupEvents', invoke: inactiveSweep, check: () => {} }),
  asBytes({ operation: 'GetFindings', invoke: findings, check: requireFindings }),
  asBytes({ operation: 'BatchImportFindings', invoke: findings, check: requireFindings }),
];
