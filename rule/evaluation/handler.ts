import { NoSuchConfigRuleException } from '@aws-sdk/client-config-service';
import type { ReadHistory } from '../aws/cloudtrail.ts';
import { type Config, isTest, MissingResultsError, type RecordedResults } from '../aws/config.ts';
import type { Iam } from '../aws/iam.ts';
import { describeError, type LogRun, type RunLog } from '../log/log.ts';
import { evaluateChange } from './change.ts';
import { type ConfigRuleEvent, type ConfigurationItem, parseConfigRuleEvent } from './event.ts';
import { findDifferences, isNewer, requireNoFutureResult, toEvaluation } from './report.ts';
import { countResults } from './result.ts';
import { sweepAccount } from './sweep.ts';
import { RESERVED_FOR_LOG, RESERVED_FOR_REPORT, withinTime } from './time-limit.ts';
import type { CreateRule, UserRule } from './user-rule.ts';

/** The dependencies of the handler. */
type Dependencies = {
  readonly iam: Iam;
  readonly config: Pick<Config, 'readResults' | 'readResult' | 'putEvaluations'>;
  /** Absent if no result of the rule depends on the event history. */
  readonly readHistory?: ReadHistory;
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/** The part of Lambda's context that the handler uses; absent outside Lambda. */
type Context = { readonly getRemainingTimeInMillis?: () => number };

/** One invocation. */
type Run = Dependencies & {
  readonly event: ConfigRuleEvent;
  readonly rule: UserRule;
  readonly remainingTime: () => number;
  readonly log: RunLog;
  /** Errors that do not prevent the report. The first one is thrown after it. */
  readonly failures: unknown[];
};

/**
 * Reads recorded results. If the response has no list of them, returns none, so that every result is reported, and adds the
 * error to the failures: when Lambda retries the event, the results of deleted users are withdrawn.
 *
 * @throws {MissingResultsError} for the rule on inactive keys, because it concludes from recorded results
 */
const orNone = async <Read>(
  read: () => Promise<Read>,
  none: Read,
  { readHistory, failures }: Run,
): Promise<Read> => {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof MissingResultsError) || readHistory !== undefined) throw error;
    failures.push(error);
    return none;
  }
};

/** Reads the recorded results. In a test the rule may not exist, so there are no results. */
const readRecorded = async (run: Run): Promise<RecordedResults> => {
  const { config, event } = run;
  try {
    return await orNone(() => config.readResults(event.configRuleName), new Map(), run);
  } catch (error) {
    if (isTest(event.resultToken) && error instanceof NoSuchConfigRuleException) return new Map();
    throw error;
  }
};

const throwFirst = ({ failures }: Run): void => {
  const [failure] = failures;
  if (failure !== undefined) throw failure;
};

/**
 * Evaluates every user and reports the differences. After the report, throws the first failure of a user, or an error if a
 * recorded result has a date in the future.
 */
const runSweep = async (run: Run): Promise<void> => {
  const { config, event, rule, remainingTime, log, failures } = run;
  log.add({ SuccessfulSweeps: 0 });
  const readResults = () => readRecorded(run);
  const recorded = await withinTime({ remainingTime, reserved: RESERVED_FOR_REPORT }, readResults);
  const sweep = await sweepAccount({ ...run, recorded });
  failures.push(...sweep.failures);
  log.add(countResults(sweep.results));
  if (failures.length > 0)
    log.add({ failures: failures.length, firstFailure: describeError(failures[0]) });

  const report = async (timeUp: AbortSignal): Promise<number> => {
    const policy = { ...rule, recorded, now: run.now() };
    const changed = await findDifferences(readResults, sweep.results, policy);
    // An empty report of a failed sweep would tell Config that the evaluation is complete.
    if (failures.length === 0 || changed.length > 0) {
      const evaluations = changed.map((result) => toEvaluation(result, rule.at));
      await config.putEvaluations(evaluations, event.resultToken, timeUp);
    }
    return changed.length;
  };
  const ResultsSent = await withinTime({ remainingTime, reserved: RESERVED_FOR_LOG }, report);
  throwFirst(run);
  requireNoFutureResult(recorded, { now: run.now() });
  log.add({ SuccessfulSweeps: 1, ResultsSent });
};

/** Evaluates the user of a change notification and reports its result, unless a newer run has recorded one. */
const runChange = async (item: ConfigurationItem, run: Run): Promise<void> => {
  const { config, event, rule, log } = run;
  const readRecorded = () => config.readResult(event.configRuleName, item.resourceId);
  const result = await evaluateChange(item, { ...run, readRecorded });
  const recorded = await orNone(readRecorded, undefined, run);
  const isSuperseded = recorded !== undefined && isNewer(recorded, { at: rule.at, now: run.now() });
  log.add({ ...countResults([result]), isSuperseded });
  const evaluations = isSuperseded ? [] : [toEvaluation(result, rule.at)];
  await config.putEvaluations(evaluations, event.resultToken);
  throwFirst(run);
};

/**
 * Creates the Lambda handler of a rule. It parses the event, evaluates one user or the account, and reports the results.
 *
 * Throws every error, so that Lambda retries the event and then sends it to the dead-letter queue.
 */
export const createHandler =
  (dependencies: Dependencies, createRule: CreateRule) =>
  (input: unknown, context: Context = {}): Promise<void> =>
    dependencies.logRun('evaluated', async (log) => {
      const event = parseConfigRuleEvent(input);
      log.add({ ConfigRuleName: event.configRuleName, messageType: event.messageType });
      const rule = createRule(event.ruleParameters, event.orderingTimestamp);
      const remainingTime = () => context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
      const run = { ...dependencies, event, rule, remainingTime, log, failures: [] };
      await (event.configurationItem === undefined
        ? runSweep(run)
        : runChange(event.configurationItem, run));
    });
