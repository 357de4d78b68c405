import type { Evaluation } from '@aws-sdk/client-config-service';
import pMap from 'p-map';
import { type EvaluationContext, toEvaluation } from './evaluation.ts';
import { keysMissing, readAccessKeys } from './find-user.ts';
import type { Iam, IamUser } from './iam.ts';
import { evaluateSingleAccessKey, exceedsMaximum, NOT_APPLICABLE } from './single-access-key.ts';

/** Users read at the same time; the rate is the retry strategy's to find. */
const CONCURRENCY = 10;

/** Milliseconds that are left for the report when a sweep has to stop: 50 calls and their retries. */
const RESERVED_FOR_REPORT = 60_000;

/** The function's time would end before the sweep. */
export class SweepTimeoutError extends Error {
  override readonly name = 'SweepTimeoutError';
}

/** What a sweep found; with a `failure` it is incomplete, yet every evaluation in it is true. */
export type Sweep = { readonly evaluations: readonly Evaluation[]; readonly failure?: unknown };

/** What a sweep works with, beside what every evaluation does. */
type SweepContext = EvaluationContext & {
  /** Milliseconds until the function is stopped. */
  readonly remainingTime: () => number;
};

/** Every user by its id: a user that moves between pages is listed twice, but counts once. */
const listUsersById = async (iam: Iam): Promise<Map<string, IamUser>> => {
  const users = new Map<string, IamUser>();
  for await (const user of iam.listUsers()) users.set(user.UserId, user);
  return users;
};

/** Evaluates the users; those whose name IAM no longer knows come back as missing. */
const evaluateUsers = async (
  users: Iterable<IamUser>,
  { iam, parameters, at, remainingTime }: SweepContext,
  evaluations: Evaluation[],
): Promise<IamUser[]> => {
  const missing: IamUser[] = [];
  const evaluate = async (user: IamUser) => {
    if (remainingTime() < RESERVED_FOR_REPORT)
      throw new SweepTimeoutError(
        `stopped after ${evaluations.length} users, to report them in time`,
      );
    const keys = await readAccessKeys(iam, user.UserName, (all) => exceedsMaximum(all, parameters));
    if (keys === undefined) return void missing.push(user);
    const verdict = evaluateSingleAccessKey(keys, parameters, at);
    return void evaluations.push(toEvaluation({ id: user.UserId }, verdict, at));
  };
  await pMap(users, evaluate, { concurrency: CONCURRENCY });
  return missing;
};

/** Looks up once more the users that were listed and then had no keys to list: renamed or deleted. */
const evaluateMissing = async (
  missing: readonly IamUser[],
  context: SweepContext,
  evaluations: Evaluation[],
): Promise<void> => {
  if (missing.length === 0) return;
  const users = await listUsersById(context.iam);
  const renamed = missing.flatMap(({ UserId }) => users.get(UserId) ?? []);
  const [unstable] = await evaluateUsers(renamed, context, evaluations);
  if (unstable !== undefined) throw keysMissing(unstable);
  for (const { UserId: id } of missing)
    if (!users.has(id)) evaluations.push(toEvaluation({ id }, NOT_APPLICABLE, context.at));
};

/**
 * Evaluates every user of the account, live.
 *
 * An error ends the sweep; what was evaluated until then is true and comes back beside the failure.
 */
export const sweepAccount = async (context: SweepContext): Promise<Sweep> => {
  const evaluations: Evaluation[] = [];
  try {
    const users = await listUsersById(context.iam);
    const missing = await evaluateUsers(users.values(), context, evaluations);
    await evaluateMissing(missing, context, evaluations);
    return { evaluations };
  } catch (failure) {
    // A copy: calls still under way when one failed may yet add to the list.
    return { evaluations: [...evaluations], failure };
  }
};
