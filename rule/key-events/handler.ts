import { LimitExceededException, ResourceInUseException } from '@aws-sdk/client-config-service';
import type { Config } from '../aws/config.ts';
import type { Iam } from '../aws/iam.ts';
import {
  type BatchResponse,
  parseQueueBatch,
  type QueueMessages,
  retry,
} from '../input/queue-batch.ts';
import { type LogRun, maskKeyIds, type RunLog } from '../log/log.ts';
import { type KeyEvent, parseKeyEvent } from './event.ts';
import type { TriggerSettings } from './settings.ts';

/** The dependencies of the handler. */
type Dependencies = {
  readonly iam: Pick<Iam, 'countUsers'>;
  readonly config: Pick<Config, 'startEvaluation'>;
  readonly settings: TriggerSettings;
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/** The outcome of a start. */
type Start = 'Started' | 'Postponed' | 'HeldBack';

/**
 * Starts one evaluation of every rule.
 *
 *   `HeldBack`   the account has more than `maximumUsers` users, and a start may evaluate each of them
 *   `Postponed`  Config is already evaluating a rule, or the last start was less than a minute ago
 *   `Started`    otherwise
 */
const startEvaluation = async ({ iam, config, settings }: Dependencies): Promise<Start> => {
  const { configRuleNames, maximumUsers } = settings;
  if (maximumUsers !== undefined && (await iam.countUsers()) > maximumUsers) return 'HeldBack';
  try {
    await config.startEvaluation(configRuleNames);
    return 'Started';
  } catch (error) {
    if (error instanceof LimitExceededException || error instanceof ResourceInUseException)
      return 'Postponed';
    throw error;
  }
};

/** The maximum number of event names, users and problems in a log line. */
const MAXIMUM_NAMED = 10;

const firstOf = (texts: readonly (string | undefined)[]): string[] =>
  [...new Set(texts)].filter((text) => text !== undefined).slice(0, MAXIMUM_NAMED);

const describe = ({ messages, unreadable }: QueueMessages<KeyEvent>) => ({
  KeyEvents: messages.length,
  InvalidEvents: unreadable.length,
  eventNames: firstOf(messages.map(({ body }) => body.eventName)),
  userNames: firstOf(messages.map(({ body }) => body.userName)),
  ...(unreadable.length > 0 && {
    unreadable: firstOf(unreadable.map(({ problem }) => maskKeyIds(problem))),
  }),
});

const RECOMMENDATION =
  'key events start no evaluations, because the account has too many users and the rule is also evaluated on changes: deploy with -c triggers=schedule';

/** Describes what a batch did. */
const describeStart = (
  { messages }: QueueMessages<KeyEvent>,
  start: Start,
  now: Date,
): Parameters<RunLog['add']>[0] => {
  if (start === 'HeldBack') return { start, recommendation: RECOMMENDATION };
  if (start === 'Postponed') return { start };
  const oldest = Math.min(...messages.map(({ body }) => body.eventTime.getTime()));
  return { start, EventToEvaluation: now.getTime() - oldest };
};

/**
 * Creates the handler. It starts one evaluation of every rule for a batch of key events.
 *
 * If the start is postponed, all messages are retried. Unreadable messages are retried until they reach the dead-letter
 * queue. Other errors are thrown, and Lambda retries the whole batch.
 */
export const createHandler =
  (dependencies: Dependencies) =>
  (event: unknown): Promise<BatchResponse> =>
    dependencies.logRun('key events', async (log) => {
      const batch = parseQueueBatch(event, parseKeyEvent);
      const { messages, unreadable } = batch;
      const ConfigRuleName = dependencies.settings.configRuleNames.join(',');
      log.add({ ConfigRuleName, ...describe(batch) });
      const start = messages.length > 0 ? await startEvaluation(dependencies) : undefined;
      if (start !== undefined) log.add(describeStart(batch, start, dependencies.now()));
      return retry(start === 'Postponed' ? [...unreadable, ...messages] : unreadable);
    });
