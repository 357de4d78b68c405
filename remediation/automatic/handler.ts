import { type Failure, forEach } from '../../rule/aws/batches.ts';
import type { Config, RecordedResult } from '../../rule/aws/config.ts';
import type { IamUser } from '../../rule/aws/iam.ts';
import { RESERVED_FOR_LOG, withinTime } from '../../rule/evaluation/time-limit.ts';
import { describeError, type LogRun } from '../../rule/log/log.ts';
import { readOwner } from '../messages/calls.ts';
import { furtherRefusals, refusalMessage } from '../messages/texts.ts';
import { makePlan, type Sources } from '../planner/make-plan.ts';
import { remediateInput } from '../plans/input.ts';
import type { Plan } from '../plans/plan.ts';
import type { Actions } from './actions.ts';
import { isFirstScheduleAfter, parseScheduledTime, scheduleOf } from './schedule.ts';
import type { AutomaticSettings } from './settings.ts';

/** The dependencies of the handler. */
type Dependencies = Pick<Sources, 'iam' | 'readHistory'> & {
  readonly config: Pick<Config, 'readResults' | 'getInputParameters'>;
  readonly actions: Actions;
  readonly settings: AutomaticSettings;
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/** The part of Lambda's context that the handler uses; absent outside Lambda. */
type Context = { readonly getRemainingTimeInMillis?: () => number };

/** A run in progress: the time of its schedule, and what it has done. */
type Run = Dependencies & {
  readonly time: Date;
  readonly executions: string[];
  readonly failures: Failure<unknown>[];
  readonly counts: { planned: number; refused: number; reported: number };
};

/** The maximum number of messages about single users that a run publishes. */
const MAXIMUM_MESSAGES = 100;

/** The maximum number of execution ids in a log line. */
const MAXIMUM_NAMED = 10;

/** Reads the parameters of the rule once, and the event history once, when a plan first needs it. */
const readOnce = async (
  { iam, config, readHistory, settings }: Run,
  timeUp: AbortSignal,
): Promise<Sources> => {
  const { deactivationRoleArn, accountId, ConfigRuleName } = settings;
  const inputParameters = await config.getInputParameters(ConfigRuleName);
  let history: ReturnType<typeof readHistory> | undefined;
  return {
    iam,
    deactivationRoleArn,
    accountId,
    requiresCompleteHistory: true,
    config: { getInputParameters: async () => inputParameters },
    readHistory: (at) => {
      history ??= readHistory(at, timeUp);
      return history;
    },
  };
};

const start = async ({ UserId }: Plan, { actions, settings, executions }: Run): Promise<void> => {
  const { documentName: DocumentName, ConfigRuleName, automationRoleArn } = settings;
  const Parameters = { UserId, ConfigRuleName, AutomationAssumeRole: automationRoleArn };
  executions.push(await actions.startExecution({ DocumentName, Parameters }));
};

/** Reports a refusal at the first schedule after its result was recorded, unless there is no topic. */
const report = async (plan: Plan, recorded: RecordedResult, run: Run): Promise<void> => {
  const { actions, settings, counts, iam } = run;
  const { notificationTopicArn, periodHours, ownerTagKey } = settings;
  const { ResultRecordedTime = recorded.OrderingTimestamp } = recorded;
  const schedule = { periodHours, time: run.time };
  const isNew = isFirstScheduleAfter(ResultRecordedTime, schedule);
  if (notificationTopicArn === undefined || !isNew) return;
  counts.reported += 1;
  if (counts.reported > MAXIMUM_MESSAGES) return;
  const message = refusalMessage(plan, settings, scheduleOf(schedule));
  const owner = await readOwner(iam, plan.UserName, ownerTagKey);
  await actions.publish(notificationTopicArn, message, owner);
};

const reportFurther = async ({ actions, settings, counts, time }: Run): Promise<void> => {
  const { notificationTopicArn, periodHours } = settings;
  const count = counts.reported - MAXIMUM_MESSAGES;
  if (notificationTopicArn === undefined || count <= 0) return;
  const message = furtherRefusals(count, settings, scheduleOf({ periodHours, time }));
  await actions.publish(notificationTopicArn, message);
};

/** Returns users from another one on in each run, so that runs that end early do not always leave out the same users. */
const fromAnother = (users: readonly IamUser[], at: Date): readonly IamUser[] => {
  const first = at.getTime() % users.length;
  return [...users.slice(first), ...users.slice(0, first)];
};

/**
 * Plans every user that is recorded as NON_COMPLIANT. Starts the runbook where the plan acts, and reports new refusals.
 *
 * The runbook plans again from live reads. So a duplicate event or an outdated read can only start an execution that finds
 * nothing to do.
 */
const remediateUsers = async (run: Run, timeUp: AbortSignal): Promise<void> => {
  const { iam, config, settings, failures, counts, now } = run;
  const results = await config.readResults(settings.ConfigRuleName);
  const violations = new Map(
    [...results].filter(([, { ComplianceType }]) => ComplianceType === 'NON_COMPLIANT'),
  );
  if (violations.size === 0) return;
  const sources = await readOnce(run, timeUp);
  // A user that no longer exists has no key to remediate.
  const users = await iam.findUsers(new Set(violations.keys()));
  const at = now();
  const remediate = async (user: IamUser) => {
    const plan = await makePlan(remediateInput(user, settings), sources, at);
    timeUp.throwIfAborted();
    counts.planned += 1;
    const recorded = violations.get(user.UserId);
    if (plan.Outcome === 'Deactivate' || plan.Outcome === 'Delete') await start(plan, run);
    if (plan.Outcome !== 'Refused' || recorded === undefined) return;
    counts.refused += 1;
    await report(plan, recorded, run);
  };
  await forEach(fromAnother([...users.values()], at), remediate, { signal: timeUp, failures });
  await reportFurther(run);
};

/**
 * Creates the Lambda handler of automatic mode, for one rule and its runbook.
 *
 * Users that fail do not stop the others. Then the first failure is thrown, so that Lambda retries the event and finally
 * sends it to the dead-letter queue. A retry plans again, and can publish a message again.
 */
export const createHandler =
  (dependencies: Dependencies) =>
  (event: unknown, context: Context = {}): Promise<void> =>
    dependencies.logRun('remediated automatically', async (log) => {
      const { Runbook, ConfigRuleName } = dependencies.settings;
      log.add({ Runbook, ConfigRuleName });
      const run: Run = {
        ...dependencies,
        time: parseScheduledTime(event),
        executions: [],
        failures: [],
        counts: { planned: 0, refused: 0, reported: 0 },
      };
      const remainingTime = () => context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
      const { executions, failures, counts } = run;
      try {
        await withinTime({ remainingTime, reserved: RESERVED_FOR_LOG }, (timeUp) =>
          remediateUsers(run, timeUp),
        );
      } finally {
        const [failure] = failures;
        log.add({ ...counts, started: executions.length });
        log.add({ executions: executions.slice(0, MAXIMUM_NAMED) });
        if (failure !== undefined)
          log.add({ failures: failures.length, firstFailure: describeError(failure.cause) });
      }
      const [failure] = failures;
      if (failure !== undefined) throw failure.cause;
    });
