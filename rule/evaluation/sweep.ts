import { type Failure, forEach } from '../aws/batches.ts';
import type { RecordedResults } from '../aws/config.ts';
import type { IamUser } from '../aws/iam.ts';
import type { KeyHistory } from '../keys/key-history.ts';
import { type EvaluationContext, evaluateUser } from './evaluate-user.ts';
import { keysMissing, readKeys } from './read-user.ts';
import { NOT_APPLICABLE, type UserResult } from './result.ts';
import { RESERVED_FOR_REPORT, type TimeLimit, withinTime } from './time-limit.ts';
import type { UserKeys } from './user-rule.ts';

/** The number of failed users after which a sweep stops. */
const MAXIMUM_FAILURES = 10;

/** The results of a sweep. With failures it is incomplete, but every result is correct. */
type Sweep = {
  readonly results: readonly UserResult[];
  readonly failures: readonly unknown[];
};

type SweepContext = EvaluationContext & {
  /** The recorded results at the start of the sweep. */
  readonly recorded: RecordedResults;
};

/** A sweep in progress. */
type Run = SweepContext & {
  /** Aborts when the sweep has to stop. */
  readonly timeUp: AbortSignal;
  readonly results: UserResult[];
  readonly failures: Failure<unknown>[];
};

/**
 * Evaluates users, and returns those that IAM no longer has under their names.
 *
 * Users whose result depends on the event history are evaluated last: the history is read after the keys of all users, so
 * that it is never older than the keys.
 */
const evaluateUsers = async (users: Iterable<IamUser>, run: Run): Promise<readonly IamUser[]> => {
  const { iam, rule, recorded, timeUp: signal, results, failures } = run;
  const options = { signal, failures, maximumFailures: MAXIMUM_FAILURES };
  const missing: IamUser[] = [];
  const waiting: UserKeys[] = [];
  const evaluate = async (user: UserKeys, history?: KeyHistory) => {
    const background = { recorded: recorded.get(user.UserId), history };
    const result = await evaluateUser(user, run, background);
    if (result === undefined) missing.push(user);
    else results.push(result);
  };
  const readAndEvaluate = async (listed: IamUser) => {
    const user = await readKeys(iam, listed);
    if (user === undefined) missing.push(listed);
    else if (rule.requiresHistory(user)) waiting.push(user);
    else await evaluate(user);
  };
  await forEach(users, readAndEvaluate, options);
  if (waiting.length === 0) return missing;
  const history = await run.readHistory?.(rule.at, signal);
  await forEach(waiting, (user) => evaluate(user, history), options);
  return missing;
};

/** Lists every user by id. A user that IAM returns on two pages is evaluated once. */
const listUsersById = async ({ iam, timeUp }: Run): Promise<Map<string, IamUser>> => {
  const users = new Map<string, IamUser>();
  for await (const user of iam.listUsers()) {
    timeUp.throwIfAborted();
    users.set(user.UserId, user);
  }
  return users;
};

const evaluateAccount = async (run: Run): Promise<void> => {
  const { iam, recorded, results, failures } = run;
  const users = await listUsersById(run);
  const missing = await evaluateUsers(users.values(), run);
  if (failures.length > 0) return;
  // A missing user may have been renamed, so it is looked up by id.
  const unlisted = [...recorded.keys()].filter((id) => !users.has(id));
  const ids = new Set([...missing.map(({ UserId }) => UserId), ...unlisted]);
  const found = await iam.findUsers(ids);
  const [unstable] = await evaluateUsers(found.values(), run);
  if (unstable !== undefined) throw keysMissing(unstable);
  if (failures.length > 0) return;
  for (const UserId of ids) if (!found.has(UserId)) results.push({ UserId, ...NOT_APPLICABLE });
};

/**
 * Evaluates every user of the account, and every user that has a recorded result.
 *
 * A user that IAM no longer has is NOT_APPLICABLE. A sweep with failures does not return such results.
 */
export const sweepAccount = async (
  context: SweepContext & Pick<TimeLimit, 'remainingTime'>,
): Promise<Sweep> => {
  const results: UserResult[] = [];
  const failures: Failure<unknown>[] = [];
  try {
    await withinTime({ ...context, reserved: RESERVED_FOR_REPORT }, (timeUp) =>
      evaluateAccount({ ...context, timeUp, results, failures }),
    );
  } catch (cause) {
    failures.push({ item: undefined, cause });
  }
  // Copies, because calls that are still in progress can add to the lists.
  return { results: [...results], failures: failures.map(({ cause }) => cause) };
};
