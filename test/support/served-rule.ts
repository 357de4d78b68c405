import type { Evaluation } from '@aws-sdk/client-config-service';
import { createClients } from '../../rule/aws/clients.ts';
import { createEventHistory } from '../../rule/aws/cloudtrail.ts';
import { createHandler } from '../../rule/evaluation/handler.ts';
import type { CreateRule } from '../../rule/evaluation/user-rule.ts';
import { singleAccessKeyRule } from '../../rule/single-access-key/rule.ts';
import { type Operation, ServiceError } from '../local-account/dispatch.ts';
import type { LocalAccessKey, UserSeed } from '../local-account/iam/users.ts';
import { asSent, daysBefore, recordedEvent } from './build.ts';
import { RULE_NAME, ruleProperties, type ServedAccount, serveAccount } from './served-account.ts';

/** An evaluation on the wire, where an instant is a number of seconds. */
export type Reported = Omit<Evaluation, 'OrderingTimestamp'> & {
  readonly OrderingTimestamp: number;
};

type PutEvaluationsInput = { readonly Evaluations: Reported[]; readonly TestMode?: boolean };

/** The recorded result of a user. */
export type Recorded = {
  readonly ComplianceType: string;
  readonly Annotation?: string | undefined;
  readonly OrderingTimestamp: number;
};

type DetailsPage = {
  readonly EvaluationResults: readonly {
    readonly ComplianceType: string;
    readonly Annotation?: string;
    readonly EvaluationResultIdentifier: {
      readonly EvaluationResultQualifier: { readonly ResourceId: string };
      readonly OrderingTimestamp: Date;
    };
  }[];
  readonly NextToken?: string;
};

/** Reads the recorded results of all users by user id, without a call that the account counts. */
const readRecorded = ({ config }: ServedAccount): ReadonlyMap<string, Recorded> => {
  const read = (NextToken?: string): [string, Recorded][] => {
    const input = { ConfigRuleName: RULE_NAME, Limit: 100, NextToken };
    const page = config.operations.GetComplianceDetailsByConfigRule(input, 'test') as DetailsPage;
    const results = page.EvaluationResults.map(
      ({ ComplianceType, Annotation, EvaluationResultIdentifier: id }): [string, Recorded] => [
        id.EvaluationResultQualifier.ResourceId,
        { ComplianceType, Annotation, OrderingTimestamp: id.OrderingTimestamp.getTime() },
      ],
    );
    return page.NextToken === undefined ? results : [...results, ...read(page.NextToken)];
  };
  return new Map(read());
};

const typesOf = (results: Iterable<readonly [string, { readonly ComplianceType?: unknown }]>) =>
  Object.fromEntries([...results].map(([name, { ComplianceType }]) => [name, ComplianceType]));

/** Creates the real handler of a rule with real clients for the endpoint of the environment. */
const createServedHandler = (
  now: () => Date,
  createRule: CreateRule = singleAccessKeyRule,
  writeLine: (line: string) => void = () => {},
) => {
  const clients = createClients({ writeLine });
  const readHistory = createEventHistory('us-east-1', clients.countCalls);
  // As in the entries: the rule on active keys does not read the history.
  const history = createRule === singleAccessKeyRule ? {} : { readHistory };
  return createHandler({ ...clients, ...history, now }, createRule);
};

type ServeOptions = {
  pageSize?: number;
  users?: readonly UserSeed[];
  messageTypes?: readonly string[];
  dropsOlderResults?: boolean;
  createRule?: CreateRule;
};

const accountOf = async (options: ServeOptions) => {
  const account = await serveAccount(options);
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  const lines: string[] = [];
  const handler = createServedHandler(
    () => account.clock.now,
    options.createRule,
    (line) => void lines.push(line),
  );
  for (const user of options.users ?? []) account.iam.seedUser(user);
  account.rule.whenInvoked = handler;
  const messageTypes = options.messageTypes ?? [];
  account.config.putConfigRule(ruleProperties(...messageTypes));
  return { ...account, handler, lines, messageTypes };
};
type Account = Awaited<ReturnType<typeof accountOf>>;

/** The members that a test changes in a recorded change notification. */
type Changed = { item?: object; outer?: object; created?: object; isOversized?: boolean };

/** Delivers a recorded change notification with some members changed, and the token and the parameters of the account. */
const deliverChange = async (
  account: Account,
  { item = {}, outer = {}, created = {}, isOversized = false }: Changed,
) => {
  account.rule.whenInvoked = async () => {};
  await account.config.deliverSchedule(RULE_NAME);
  const delivered = account.delivered.at(-1);
  const inAccount = {
    resultToken: delivered?.resultToken,
    ruleParameters: delivered?.['ruleParameters'],
  };
  const event = recordedEvent('configuration-item-change');
  const recorded = event.invokingEvent['configurationItem'] as object;
  const changed = { ...recorded, ...item };
  const invokingEvent = isOversized
    ? {
        messageType: 'OversizedConfigurationItemChangeNotification',
        configurationItemSummary: changed,
      }
    : { ...event.invokingEvent, ...created, configurationItem: changed };
  await account.handler(asSent({ ...event, ...inAccount, ...outer, invokingEvent }));
};

/** What a test does to the account. */
const actionsOn = (account: Account) => ({
  /** Calls IAM as an operator. */
  call: (operation: string, input: object) =>
    account.dispatcher.call({ service: 'iam', operation, input, principal: 'operator' }),
  /** Moves the clock. */
  pass: ({ days = 0, hours = 0 }: { days?: number; hours?: number }) => {
    const milliseconds = (24 * days + hours) * 3_600_000;
    account.clock.now = new Date(account.clock.now.getTime() + milliseconds);
  },
  setParameters: (InputParameters: object) =>
    account.config.putConfigRule({ ...ruleProperties(...account.messageTypes), InputParameters }),
  /** Runs the schedule of the rule; rejects if the handler rejects. */
  sweep: () => account.config.deliverSchedule(RULE_NAME),
  /** Delivers the recorded change notification. From then on, AWS Config no longer invokes the handler. */
  change: (item: object = {}, outer: object = {}) => deliverChange(account, { item, outer }),
  /** Delivers a change notification of a user that was created at an instant. */
  changeAt: (instant: Date, resourceName: string) => {
    const resourceId = account.iam.users.get(resourceName)?.UserId;
    const configurationItemCaptureTime = instant.toISOString();
    return deliverChange(account, {
      item: { resourceId, resourceName, configurationItemCaptureTime },
      created: { notificationCreationTime: configurationItemCaptureTime },
    });
  },
  /** Delivers any change notification of a user, created now. */
  notify: (
    item: object,
    { isOversized, ...outer }: { isOversized: boolean; eventLeftScope: boolean },
  ) => {
    const now = account.clock.now.toISOString();
    const created = { notificationCreationTime: now };
    const captured = { ...item, configurationItemCaptureTime: now };
    return deliverChange(account, { item: captured, outer, created, isOversized });
  },
  /** Replaces an operation; `proceed` returns the response of the account. */
  interpose: (
    operation: string,
    act: (input: unknown, proceed: () => unknown) => unknown,
  ): void => {
    const service =
      (['iam', 'cloudtrail'] as const).find((name) => operation in account[name].operations) ??
      'config';
    const operations: Readonly<Record<string, Operation>> = account[service].operations;
    const original = operations[operation];
    if (original === undefined) throw new Error(`the account has no ${service}:${operation}`);
    account.dispatcher.register(service, {
      [operation]: (input, principal) => act(input, () => original(input, principal)),
    });
  },
  /** Denies the nth call of an operation, or every call from there on. */
  deny: (
    service: 'iam' | 'config' | 'cloudtrail',
    operation: string,
    options: { readonly nth?: number; readonly always?: boolean } = {},
  ) => {
    const error = new ServiceError('AccessDenied', 'not authorized', 403);
    account.faults.fail({ service, operation, error, ...options });
  },
});

/** What a test sees of the account. */
const viewsOf = (account: Account) => {
  const batches = () =>
    account.dispatcher.calls
      .filter(({ operation }) => operation === 'PutEvaluations')
      .map(({ input }) => input as PutEvaluationsInput);
  const reported = (): Record<string, Reported> => {
    const names = new Map(
      [...account.iam.users.values()].map(({ UserId, UserName }) => [UserId, UserName]),
    );
    return Object.fromEntries(
      batches()
        .flatMap(({ Evaluations }) => Evaluations)
        .map((evaluation) => {
          const id = evaluation.ComplianceResourceId ?? '';
          return [names.get(id) ?? id, evaluation];
        }),
    );
  };
  return {
    idOf: (UserName: string): string => account.iam.users.get(UserName)?.UserId ?? '',
    batches,
    /** The last evaluation that was reported of each user, by name; by id if the user no longer exists. */
    reported,
    reportedTypes: (): Record<string, unknown> => typesOf(Object.entries(reported())),
    recorded: () => readRecorded(account),
    /** The recorded compliance types, by user id. */
    recordedTypes: (): Record<string, unknown> => typesOf(readRecorded(account)),
    lastLine: () => JSON.parse(account.lines.at(-1) ?? ''),
    /** The number of calls of each operation. */
    callCounts: (): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { operation } of account.dispatcher.calls)
        counts[operation] = (counts[operation] ?? 0) + 1;
      return counts;
    },
  };
};

/** Serves an account on loopback whose AWS Config invokes the real handler of a rule. */
export const serveRule = async (options: ServeOptions = {}) => {
  const account = await accountOf(options);
  return { ...account, ...actionsOn(account), ...viewsOf(account) };
};

export type ServedRule = Awaited<ReturnType<typeof serveRule>>;

/** Users named `user-0`, `user-1`, … with one active key each. */
export const compliantUsers = (count: number): UserSeed[] =>
  Array.from({ length: count }, (_, index) => ({ UserName: `user-${index}`, keys: [{}] }));

/** A key that was created 400 days and used some days before `at`. */
export const usedKey = (
  days: number,
  Status: 'Active' | 'Inactive' = 'Active',
): Partial<LocalAccessKey> => ({
  Status,
  CreateDate: daysBefore(400),
  lastUsed: { LastUsedDate: daysBefore(days), ServiceName: 's3', Region: 'us-east-1' },
});
