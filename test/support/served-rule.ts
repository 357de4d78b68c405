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

/** An evaluation as it went over the wire, where an instant is seconds. */
export type Reported = Omit<Evaluation, 'OrderingTimestamp'> & {
  readonly OrderingTimestamp: number;
};

type PutEvaluationsInput = { readonly Evaluations: Reported[]; readonly TestMode?: boolean };

const inputsOf = (account: ServedAccount, operation: string): unknown[] =>
  account.dispatcher.calls.filter((call) => call.operation === operation).map(({ input }) => input);

/** What Config holds of a user. */
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

/** What Config holds of every user, by user id; read behind the account's back: it is no call. */
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

/** A rule's real handler with its real clients, for the endpoint of the environment. */
export const createServedHandler = (
  createRule: CreateRule = singleAccessKeyRule,
  writeLine: (line: string) => void = () => {},
) => {
  const clients = createClients({ writeLine });
  const readHistory = createEventHistory('us-east-1', clients.countCalls);
  return createHandler({ ...clients, readHistory }, createRule);
};

/** The rule's real handler and clients, invoked by the Config of an account on loopback. */
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
    /** Config's schedule; rejects when the handler does. */
    sweep: () => account.config.deliverSchedule(RULE_NAME),
    /** A recorded event with some members of its item changed, under a token of this account. */
    change: async (item: object = {}, outer: object = {}) => {
      account.rule.whenInvoked = async () => {};
      await account.config.deliverSchedule(RULE_NAME);
      const resultToken = account.delivered.at(-1)?.resultToken;
      const event = recordedEvent('configuration-item-change');
      const recorded = event.invokingEvent['configurationItem'] as object;
      const invokingEvent = { ...event.invokingEvent, configurationItem: { ...recorded, ...item } };
      await handler(asSent({ ...event, resultToken, ...outer, invokingEvent }));
    },
    /** Puts something between a call and its answer: `proceed` gives the answer of the account. */
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
    /** The verdicts that Config holds, by user id. */
    heldVerdicts: (): Record<string, string> =>
      Object.fromEntries(
        [...readHeld(account)].map(([id, { ComplianceType }]) => [id, ComplianceType]),
      ),
    /** What was reported of each user so far, by user name where the user still exists. */
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
    /** The calls so far, by name. */
    callCounts: (): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { operation } of account.dispatcher.calls)
        counts[operation] = (counts[operation] ?? 0) + 1;
      return counts;
    },
  };
};

export type ServedRule = Awaited<ReturnType<typeof serveRule>>;

/** Users named `user-0`, `user-1`, … with one active key each. */
export const compliantUsers = (count: number): UserSeed[] =>
  Array.from({ length: count }, (_, index) => ({ UserName: `user-${index}`, keys: [{}] }));
