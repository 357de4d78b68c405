import { METRIC_OF_SWEEPS, sweepMetric } from './metrics.ts';

/** Attempts of API calls by name, such as `ListUsers`, retries included; `Throttles` counts the throttled ones. */
export type CallCounts = { Throttles: number; [api: string]: number };

/** The fields that a log line can have besides its call counts. Saved queries (infra/monitoring/queries.ts) read them. */
type LogFields = {
  /** The rules that the run belongs to, joined by commas; the dimension of the metric of sweeps. */
  readonly ConfigRuleName: string;
  readonly messageType: string;
  /** 1 for a sweep that succeeded, 0 for one that failed: also a metric. */
  readonly SuccessfulSweeps: number;
  /** Evaluated users, the NON_COMPLIANT ones, and those that only a tag exempts. */
  readonly Users: number;
  readonly Violations: number;
  readonly Exempt: number;
  /** The results that a sweep reported, which AWS Config bills. */
  readonly ResultsSent: number;
  /** A newer run has already reported a result of this user. */
  readonly isSuperseded: boolean;
  /** How many users, rules or findings failed, and the first reason. */
  readonly failures: number;
  readonly firstFailure: ErrorFields;
  /** Key events of a batch that are valid, and those that are not. A batch that is retried counts again. */
  readonly KeyEvents: number;
  readonly InvalidEvents: number;
  /** What a batch of key events did: it started an evaluation, or could not yet, or must not in so large an account. */
  readonly start: 'Started' | 'Postponed' | 'HeldBack';
  /** Milliseconds from the oldest key event to the start of its evaluation. */
  readonly EventToEvaluation: number;
  readonly MessagesPublished: number;
  readonly FindingsImported: number;
  readonly FindingsArchived: number;
  readonly eventNames: readonly string[];
  readonly userNames: readonly string[];
  readonly userIds: readonly string[];
  /** Why messages of the batch cannot be read. */
  readonly unreadable: readonly string[];
  /** What the operator has to change. */
  readonly recommendation: string;
  readonly Runbook: string;
  readonly UserId: string;
  readonly outcome: string;
  /** The last four characters of the access key id. */
  readonly keyEndsWith: string;
  /** In automatic mode: how many users were planned, refused and reported, and how many executions were started. */
  readonly planned: number;
  readonly refused: number;
  readonly reported: number;
  readonly started: number;
  /** The ids of the first executions that were started. */
  readonly executions: readonly string[];
};

/** Collects what one run logs. A field that is set again replaces the earlier value. */
export type RunLog = {
  readonly add: (fields: Partial<LogFields>) => void;
};

/** Runs a function and writes one log line, whether the function returns or throws. */
export type LogRun = <Result>(
  message: string,
  run: (log: RunLog) => Promise<Result>,
) => Promise<Result>;

/** Matches an id of an access key or user, except its last four characters. */
const ID = /\b[A-Z0-9]{12,124}(?=[A-Z0-9]{4}\b)/g;

/** Replaces the ids in a text from outside, except their last four characters: logs must not contain key ids. */
export const maskKeyIds = (text: string): string => text.replace(ID, '...');

/** The maximum length of an error message in a log line, in characters. */
const LONGEST_MESSAGE = 1_000;

/** The fields that describe an error in a log line. */
type ErrorFields = { readonly errorType: string; readonly errorMessage?: string };

/** Describes an error for a log line; key ids in its message are masked. */
export const describeError = (error: unknown): ErrorFields => {
  if (!(error instanceof Error)) return { errorType: typeof error };
  return {
    errorType: error.name,
    errorMessage: maskKeyIds(error.message).slice(0, LONGEST_MESSAGE),
  };
};

/** Escapes U+2028 and U+2029, which JSON allows and some log readers treat as the end of a line. */
const toJsonLine = (line: object): string =>
  JSON.stringify(line).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/**
 * Creates a function that writes one JSON line per run: its fields, its AWS calls by name, its throttles and its duration
 * in milliseconds. The line of a sweep is also a metric.
 *
 * @param write      takes the line, without a line break; Lambda keeps each line of stdout as one log event
 * @param takeCalls  returns the call counts since it was last called
 */
export const createLogRun =
  (write: (line: string) => void, takeCalls: () => CallCounts): LogRun =>
  async (message, run) => {
    const startedAt = performance.now();
    let fields: Partial<LogFields> = {};
    takeCalls();
    const writeLine = (level: 'INFO' | 'ERROR', failure: Partial<ErrorFields>) => {
      const { Throttles, ...calls } = takeCalls();
      const Duration = Math.round(performance.now() - startedAt);
      const counted = { Duration, Throttles, ...calls };
      const measured = METRIC_OF_SWEEPS in fields && sweepMetric(Date.now());
      const line = { level, message, ...fields, ...counted, ...measured, ...failure };
      write(toJsonLine(line));
    };
    const log: RunLog = {
      add: (more) => {
        fields = { ...fields, ...more };
      },
    };
    try {
      const result = await run(log);
      writeLine('INFO', {});
      return result;
    } catch (error) {
      writeLine('ERROR', describeError(error));
      throw error;
    }
  };
