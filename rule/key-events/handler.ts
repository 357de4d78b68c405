import { LimitExceededException, ResourceInUseException } from '@aws-sdk/client-config-service';
import type { Config } from '../aws/config.ts';
import type { Iam } from '../aws/iam.ts';
import { type BatchResponse, keep } from '../input/queue-batch.ts';
import { type LogRun, maskKeyIds } from '../log/log.ts';
import { type KeyEventBatch, parseBatch } from './event.ts';
import type { TriggerSettings } from './settings.ts';

/** What became of a start, by the name of its metric. */
export type Start = 'EvaluationsStarted' | 'PutOff' | 'HeldBack';

/** With what an evaluation is started. */
export type StartDependencies = {
  readonly iam: Pick<Iam, 'countUsers'>;
  readonly config: Pick<Config, 'startEvaluation'>;
  readonly settings: TriggerSettings;
};

/**
 * Starts one evaluation of every rule.
 *
 *   `HeldBack`            the account has more than `maximumUsers` users, and each start may cost an evaluation of each
 *   `PutOff`              Config evaluates a rule at most once a minute, and not while it does: later
 *   `EvaluationsStarted`  else
 *
 * @throws whatever else fails
 */
export const startEvaluation = async ({
  iam,
  config,
  settings: { configRuleNames, maximumUsers },
}: StartDependencies): Promise<Start> => {
  if (maximumUsers !== undefined && (await iam.countUsers()) > maximumUsers) return 'HeldBack';
  try {
    await config.startEvaluation(configRuleNames);
    return 'EvaluationsStarted';
  } catch (error) {
    if (error instanceof LimitExceededException || error instanceof ResourceInUseException)
      return 'PutOff';
    throw error;
  }
};

/** What the trigger starts evaluations and logs with. */
export type Dependencies = StartDependencies & {
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/** Users and reasons that a log line names, of however many there are. */
const MAXIMUM_NAMED = 10;

const firstOf = (texts: readonly (string | undefined)[]): string[] =>
  [...new Set(texts)].filter((text) => text !== undefined).slice(0, MAXIMUM_NAMED);

const describe = ({ read, poisoned }: KeyEventBatch) => ({
  eventNames: firstOf(read.map(({ keyEvent }) => keyEvent.eventName)),
  userNames: firstOf(read.map(({ keyEvent }) => keyEvent.userName)),
  ...(poisoned.length > 0 && {
    poisoned: firstOf(poisoned.map(({ problem }) => maskKeyIds(problem))),
  }),
});

/** Says what to set, as no evaluation starts by itself until somebody does. */
const RECOMMENDATION =
  'the account has more users than an evaluation is started for while the rule is evaluated on changes too: deploy with -c triggers=schedule';

const measure = ({ read, poisoned }: KeyEventBatch, start: Start | undefined, now: Date) => {
  const oldest = Math.min(...read.map(({ keyEvent }) => keyEvent.eventTime.getTime()));
  const started = start === 'EvaluationsStarted';
  return {
    KeyEvents: read.length,
    PoisonedEvents: poisoned.length,
    EvaluationsStarted: Number(started),
    PutOff: Number(start === 'PutOff'),
    HeldBack: Number(start === 'HeldBack'),
    ...(started && { EventToEvaluation: now.getTime() - oldest }),
  };
};

/**
 * One batch of key events: however many they are, one evaluation of every rule is started.
 *
 * Messages that are no key events stay in the queue until they are dead letters; all the others do when the
 * evaluation has to be put off. Whatever fails is thrown, and the whole batch stays.
 */
export const createHandler =
  ({ logRun, now, ...dependencies }: Dependencies) =>
  (event: unknown): Promise<BatchResponse> =>
    logRun('key events', async (log) => {
      const batch = parseBatch(event);
      const { read, poisoned } = batch;
      const ConfigRuleName = dependencies.settings.configRuleNames.join(',');
      log.add({ ConfigRuleName, ...describe(batch) });
      const start = read.length > 0 ? await startEvaluation(dependencies) : undefined;
      if (start === 'HeldBack') log.add({ recommendation: RECOMMENDATION });
      log.measure(measure(batch, start, now()));
      const kept = start === 'PutOff' ? [...poisoned, ...read] : poisoned;
      return keep(kept);
    });
