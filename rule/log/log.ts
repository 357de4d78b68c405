import type { CallCounts } from '../aws/connection.ts';
import { embeddedMetrics, type MetricName } from './metrics.ts';

/** What a run says of itself: `fields` for who reads the log, `metrics` for CloudWatch too. */
export type RunLine = {
  readonly fields: Record<string, unknown>;
  /** They need `ConfigRuleName` among the fields. */
  readonly metrics: Partial<Record<MetricName, number>>;
  /** Whether its duration, its calls and its throttles are metrics too. */
  measuresCalls: boolean;
};

/** Runs something and writes one line about it, whether it returns or throws. */
export type LogRun = <Result>(
  message: string,
  run: (line: RunLine) => Promise<Result>,
) => Promise<Result>;

/** What looks like the id of a key, but for its last four characters. */
const ID = /\b[A-Z0-9]{12,124}(?=[A-Z0-9]{4}\b)/g;

/** A text from outside as a log line has it: ids of keys do not belong in logs. */
export const maskKeyIds = (text: string): string => text.replace(ID, '...');

/** Characters of an error's message in a log line: one that quotes an answer whole would push out all else. */
const LONGEST_MESSAGE = 1_000;

/** An error as a log line has it: AWS writes key ids into messages. */
export const describeError = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { errorType: typeof error };
  return {
    errorType: error.name,
    errorMessage: maskKeyIds(error.message).slice(0, LONGEST_MESSAGE),
  };
};

const toLine = (said: RunLine, { Throttles, ...calls }: CallCounts, milliseconds: number) => {
  const { fields, metrics, measuresCalls } = said;
  const counted = { Duration: Math.round(milliseconds), Throttles, ...calls };
  const names = Object.keys({ ...metrics, ...(measuresCalls && counted) });
  const measured = names.length > 0 ? embeddedMetrics(names, Date.now()) : {};
  return { ...fields, ...metrics, ...counted, ...measured };
};

/** JSON keeps these two as they are, and some readers, Node's among them, take them for the end of a line. */
const toJsonLine = (line: object): string =>
  JSON.stringify(line).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/**
 * Logs one JSON line a run: what the run says, the AWS calls it made by name, how many of them were throttled, the
 * milliseconds it took.
 *
 * @param write      takes the line, without its end; Lambda keeps a line of stdout as one log event
 * @param takeCalls  gives the calls since it was last asked
 */
export const createLogRun =
  (write: (line: string) => void, takeCalls: () => CallCounts): LogRun =>
  async (message, run) => {
    const startedAt = performance.now();
    const said: RunLine = { fields: {}, metrics: {}, measuresCalls: false };
    takeCalls();
    const writeLine = (level: 'INFO' | 'ERROR', failure: Record<string, unknown>) => {
      const line = toLine(said, takeCalls(), performance.now() - startedAt);
      write(toJsonLine({ level, message, ...line, ...failure }));
    };
    try {
      const result = await run(said);
      writeLine('INFO', {});
      return result;
    } catch (error) {
      writeLine('ERROR', describeError(error));
      throw error;
    }
  };
