import type { ReadHistory } from '../aws/cloudtrail.ts';
import { type Config, isTrial } from '../aws/config.ts';
import type { Iam } from '../aws/iam.ts';
import { describeError, type LogRun, type RunLog } from '../log/log.ts';
import { evaluateChange, isCertain } from './change.ts';
import { countVerdicts } from './evaluation.ts';
import { type ConfigRuleEvent, type ConfigurationItem, parseConfigRuleEvent } from './event.ts';
import { historyOfRun } from './history-of-run.ts';
import { findDifferences, isNewer } from './recorded-result.ts';
import { sweepAccount } from './sweep.ts';
import { RESERVED_FOR_LOG, RESERVED_FOR_REPORT, withinTime } from './time-limit.ts';
import type { CreateRule, UserRule } from './user-rule.ts';

/** What an invocation reads from, reports to and logs with. */
export type Dependencies = {
  readonly iam: Iam;
  readonly config: Pick<Config, 'readResults' | 'readResult' | 'putEvaluations'>;
  readonly readHistory: ReadHistory;
  readonly logRun: LogRun;
};

/** What Lambda tells of an invocation, as far as the rule asks; elsewhere nobody may tell. */
type Context = { readonly getRemainingTimeInMillis?: () => number };

/** One invocation: what Config asked, by which rule, and how long it may take. */
type Run = {
  readonly event: ConfigRuleEvent;
  readonly rule: UserRule;
  readonly remainingTime: () => number;
  readonly log: RunLog;
};

/** The whole account: what differs is reported, and a failure thrown after it. */
const runSweep = async (run: Run, dependencies: Dependencies): Promise<void> => {
  const { iam, config } = dependencies;
  const { event, rule, remainingTime, log } = run;
  const { configRuleName, resultToken } = event;
  log.measureCalls();
  log.measure({ SuccessfulSweeps: 0 });
  const readResults = () => config.readResults(configRuleName, isTrial(resultToken));
  const held = await withinTime({ remainingTime, reserved: RESERVED_FOR_REPORT }, readResults);
  const readHistory = historyOfRun(rule, log, dependencies.readHistory);
  const sweep = await sweepAccount({ iam, rule, readHistory, held, remainingTime });
  const { evaluations, failures } = sweep;
  const [failure] = failures;
  const counts = countVerdicts(evaluations);
  log.add(counts);
  if (failure !== undefined)
    log.add({ failures: failures.length, firstFailure: describeError(failure) });

  const report = async (timeUp: AbortSignal): Promise<number> => {
    const sent = await findDifferences(readResults, evaluations, { ...rule, held });
    // Of a sweep that failed, an empty report would tell Config that all is done.
    if (failure === undefined || sent.length > 0)
      await config.putEvaluations(sent, resultToken, timeUp);
    return sent.length;
  };
  const ResultsSent = await withinTime({ remainingTime, reserved: RESERVED_FOR_LOG }, report);
  if (failure !== undefined) throw failure;
  log.measure({ SuccessfulSweeps: 1, ...counts, ResultsSent });
};

/** A newer run has said something of the resource. Where Config cannot tell, what is certain stands nevertheless. */
const isOvertaken = async (
  configurationItem: ConfigurationItem,
  { event: { configRuleName, eventLeftScope, orderingTimestamp }, log }: Run,
  { config }: Dependencies,
): Promise<boolean> => {
  const { resourceType: type, resourceId: id } = configurationItem;
  try {
    const held = await config.readResult(configRuleName, { type, id });
    return held !== undefined && isNewer(held, orderingTimestamp);
  } catch (failure) {
    if (!isCertain(configurationItem, eventLeftScope)) throw failure;
    log.add({ recordedResultUnknown: describeError(failure) });
    return false;
  }
};

/** The one user of a change notification: exactly this result is reported, unless Config holds one of a newer run. */
const runChange = async (
  configurationItem: ConfigurationItem,
  run: Run,
  dependencies: Dependencies,
): Promise<void> => {
  const { event, rule, log } = run;
  const { iam, config } = dependencies;
  const { eventLeftScope, resultToken, configRuleName } = event;
  const { resourceType: type, resourceId: id } = configurationItem;
  const readHeld = () => config.readResult(configRuleName, { type, id });
  const readHistory = historyOfRun(rule, log, dependencies.readHistory);
  const context = { iam, rule, readHistory, eventLeftScope, readHeld };
  const result = await evaluateChange(configurationItem, context);
  const isSuperseded = await isOvertaken(configurationItem, run, dependencies);
  log.add({ ...countVerdicts([result]), isSuperseded });
  await config.putEvaluations(isSuperseded ? [] : [result], resultToken);
};

/**
 * One invocation of a rule: parse → read → evaluate → report.
 *
 * Whatever fails is thrown, so that Lambda tries again and at last tells its dead-letter queue.
 */
export const createHandler =
  (dependencies: Dependencies, createRule: CreateRule) =>
  (input: unknown, context: Context = {}): Promise<void> =>
    dependencies.logRun('evaluated', async (log) => {
      const event = parseConfigRuleEvent(input);
      const { configRuleName: ConfigRuleName, messageType } = event;
      log.add({ ConfigRuleName, messageType });
      const rule = createRule(event.ruleParameters, event.orderingTimestamp);
      const remainingTime = () => context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
      const run = { event, rule, remainingTime, log };
      if (event.configurationItem === undefined) await runSweep(run, dependencies);
      else await runChange(event.configurationItem, run, dependencies);
    });
