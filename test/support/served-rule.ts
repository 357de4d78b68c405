import type { Evaluation } from '@aws-sdk/client-config-service';
import { createClients } from '../../rule/aws/clients.ts';
import { createEventHistory } from '../../rule/aws/cloudtrail.ts';
import { createHandler } from '../../rule/evaluation/handler.ts';
import type { CreateRule } from '../../rule/evaluation/user-rule.ts';
import { singleAccessKeyRule } from '../../rule/single-access-key/rule.ts';
import type { Operation } from '../local-account/dispatch.ts';
import type { UserSeed } from '../local-account/iam/users.ts';
import { asSent, recordedEvent } from './build.ts';
import { RULE_NAME, ruleProperties, type ServedAccount, serveAccount } from './served-account.ts';

/** An evaluation on the wire, with its instant in seconds. */
export type Reported = Omit<Evaluation, 'OrderingTimestamp'> & {
  readonly OrderingTimestamp: number;
};

type PutEvaluationsInput = { readonly Evaluations: Reported[]; readonly TestMode?: boolean };

const inputsOf = (account: ServedAccount, operation: string): unknown[] =>
  account.dispatcher.calls.filter((call) => call.operation === operation).map(({ input }) => input);

/** The recorded result of a user. */
export type Held = { readonly ComplianceType: string; readonly OrderingTimestamp: number };

type DetailsPage = {
  readonly EvaluationResults: readonly {
    readonly ComplianceType: string;
    readonly EvaluationResultIdentifier: {
      readonly EvaluationResultQualifier: { readonly ResourceId: string };
      readonly OrderingTimestamp: Date;
    };
  }[];
  readonly NextToken?: string;
};

/** Returns the recorded results by user id, without a recorded call. */
const readHeld = ({ config }: ServedAccount): ReadonlyMap<string, Held> => {
  const read = (NextToken?: string): [string, Held][] => {
    const input = { ConfigRuleName: RULE_NAME, Limit: 100, NextToken };
    const page = config.operations.GetComplianceDetailsByConfigRule(input, 'test') as DetailsPage;
    const results = page.EvaluationResults.map(
      ({ ComplianceType, EvaluationResultIdentifier: id }): [string, Held] => [
        id.EvaluationResultQualifier.ResourceId,
        { ComplianceType, OrderingTimestamp: id.OrderingTimestamp.getTime() },
      ],
    );
    return page.NextToken === undefined ? results : [...results, ...read(page.NextToken)];
  };
  return new Map(read());
};

/** Creates the handler of a rule with its real clients, for the endpoint of the environment. */
export const createServedHandler = (
  createRule: CreateRule = singleAccessKeyRule,
  writeLine: (line: string) => void = () => {},
) => {
  const clients = createClients({ writeLine });
  const readHistory = createEventHistory('us-east-1', clients.countCalls);
  return createHandler({ ...clients, readHistory }, createRule);
};

/** Serves an account whose Config invokes the real handler of a rule. */
export const serveRule = async (
  options: {
    pageSize?: number;
    users?: readonly UserSeed[];
    messageTypes?: readonly string[];
    dropsOlderResults?: boolean;
    createRule?: CreateRule;
  } = {},
) => {
  const account = await serveAccount(options);
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  const lines: string[] = [];
  const { createRule = singleAccessKeyRule } = options;
  const handler = createServedHandler(createRule, (line) => void lines.push(line));
  for (const user of options.users ?? []) account.iam.seedUser(user);
  account.rule.whenInvoked = handler;
  account.config.putConfigRule(ruleProperties(...(options.messageTypes ?? [])));

  const batches = () => inputsOf(account, 'PutEvaluations') as PutEvaluationsInput[];
  return {
    ...account,
    handler,
    lines,
    /** Delivers the schedule. Rejects if the handler does. */
    sweep: () => account.config.deliverSchedule(RULE_NAME),
    /** Invokes the handler with a recorded change notification, with overrides. */
    change: async (item: object = {}, outer: object = {}) => {
      account.rule.whenInvoked = async () => {};
      await account.config.deliverSchedule(RULE_NAME);
      const resultToken = account.delivered.at(-1)?.resultToken;
      const event = recordedEvent('configuration-item-change');
      const recorded = event.invokingEvent['configurationItem'] as object;
      const invokingEvent = { ...event.invokingEvent, configurationItem: { ...recorded, ...item } };
      await handler(asSent({ ...event, resultToken, ...outer, invokingEvent }));
    },
    /** Intercepts an operation. `proceed` returns the answer of the account. */
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
    batches,
    held: () => readHeld(account),
    /** The recorded compliance types by user id. */
    heldVerdicts: (): Record<string, string> =>
      Object.fromEntries(
        [...readHeld(account)].map(([id, { ComplianceType }]) => [id, ComplianceType]),
      ),
    /** The reported evaluations by user name, or by id if the user is gone. */
    reported: (): Record<string, Reported> => {
      const names = new Map(
        [...account.iam.users.values()].map((user) => [user.UserId, user.UserName]),
      );
      return Object.fromEntries(
        batches()
          .flatMap(({ Evaluations }) => Evaluations)
          .map((evaluation) => {
            const id = evaluation.ComplianceResourceId ?? '';
            return [names.get(id) ?? id, evaluation];
          }),
      );
    },
    /** The number of calls per operation. */
    callCounts: (): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { operation } of account.dispatcher.calls)
        counts[operation] = (counts[operation] ?? 0) + 1;
      return counts;
    },
  };
};

export type ServedRule = Awaited<ReturnType<typeof serveRule>>;

/** Returns users `user-0`, `user-1`, … with one active key each. */
export const compliantUsers = (count: number): UserSeed[] =>
  Array.from({ length: count }, (_, index) => ({ UserName: `user-${index}`, keys: [{}] }));
