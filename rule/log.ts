/** What a run's log line says beside its message, calls, milliseconds and error. */
type LogFields = Record<string, unknown>;

/** Runs something and writes one line about it, whether it returns or throws. */
export type LogRun = <Result>(
  message: string,
  run: (fields: LogFields) => Promise<Result>,
) => Promise<Result>;

/** What looks like the id of a key, but for its last four characters. */
const ID = /\b[A-Z0-9]{12,124}(?=[A-Z0-9]{4}\b)/g;

/** An error as a log line has it: AWS writes key ids into messages, and they do not belong in logs. */
export const describeError = (error: unknown): LogFields => {
  if (!(error instanceof Error)) return { errorType: typeof error };
  return { errorType: error.name, errorMessage: error.message.replace(ID, '...') };
};

/**
 * Logs one JSON line a run: the fields that the run sets, the AWS calls it made by name, the time it took.
 *
 * @param write      takes the line, without its end; Lambda keeps a line of stdout as one log event
 * @param takeCalls  gives the calls since it was last asked
 */
export const createLogRun =
  (write: (line: string) => void, takeCalls: () => Record<string, number>): LogRun =>
  async (message, run) => {
    const startedAt = performance.now();
    const fields: LogFields = {};
    takeCalls();
    const writeLine = (level: 'INFO' | 'ERROR', more: LogFields) => {
      const callsByName = takeCalls();
      const calls = Object.values(callsByName).reduce((sum, count) => sum + count, 0);
      const milliseconds = Math.round(performance.now() - startedAt);
      write(
        JSON.stringify({ level, message, ...fields, ...more, calls, callsByName, milliseconds }),
      );
    };
    try {
      const result = await run(fields);
      writeLine('INFO', {});
      return result;
    } catch (error) {
      writeLine('ERROR', describeError(error));
      throw error;
    }
  };
