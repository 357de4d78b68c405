import { type BatchResponse, keep } from '../input/queue-batch.ts';
import { type LogRun, maskKeyIds } from '../log/log.ts';
import { type KeyEventBatch, parseBatch } from './event.ts';
import { type Start, type StartDependencies, startEvaluation } from './start-evaluation.ts';

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
const ADVICE =
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
    logRun('key events', async ({ fields, metrics }) => {
      const batch = parseBatch(event);
      const { read, poisoned } = batch;
      const ConfigRuleName = dependencies.settings.configRuleNames.join(',');
      Object.assign(fields, { ConfigRuleName, ...describe(batch) });
      const start = read.length > 0 ? await startEvaluation(dependencies) : undefined;
      if (start === 'HeldBack') Object.assign(fields, { advice: ADVICE });
      Object.assign(metrics, measure(batch, start, now()));
      const kept = start === 'PutOff' ? [...poisoned, ...read] : poisoned;
      return keep(kept);
    });
