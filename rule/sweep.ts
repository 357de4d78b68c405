import type { Evaluation } from '@aws-sdk/client-config-service';
import pMap from 'p-map';
import { type EvaluationContext, evaluateUser, RESOURCE_TYPE, toEvaluation } from './evaluation.ts';
import { type Iam, type IamUser, InvalidResponseError } from './iam.ts';
import { NOT_APPLICABLE } from './single-access-key.ts';

/** Users read at the same time; the rate is the retry strategy's to find. */
const CONCURRENCY = 10;

/** What a sweep found; with a `failure` it is incomplete, yet every evaluation in it is true. */
export type Sweep = { readonly evaluations: readonly Evaluation[]; readonly failure?: unknown };

/** Every user by its id: a user that moves between pages is listed twice, but counts once. */
const listUsersById = async (iam: Iam): Promise<Map<string, IamUser>> => {
  const users = new Map<string, IamUser>();
  for await (const user of iam.listUsers()) users.set(user.UserId, user);
  return users;
};

/** Evaluates the users; those whose name IAM no longer knows come back as missing. */
const evaluateUsers = async (
  users: Iterable<IamUser>,
  context: EvaluationContext,
  evaluations: Evaluation[],
): Promise<IamUser[]> => {
  const missing: IamUser[] = [];
  const evaluate = async (user: IamUser) => {
    const keys = await context.iam.listAccessKeys(user.UserName);
    if (keys === undefined) missing.push(user);
    else evaluations.push(await evaluateUser(user.UserId, keys, context));
  };
  await pMap(users, evaluate, { concurrency: CONCURRENCY });
  return missing;
};

/** Looks up once more the users that were listed and then had no keys to list: renamed or deleted. */
const evaluateMissing = async (
  missing: readonly IamUser[],
  context: EvaluationContext,
  evaluations: Evaluation[],
): Promise<void> => {
  if (missing.length === 0) return;
  const users = await listUsersById(context.iam);
  const renamed = missing.flatMap(({ UserId }) => users.get(UserId) ?? []);
  const [unstable] = await evaluateUsers(renamed, context, evaluations);
  if (unstable !== undefined)
    throw new InvalidResponseError(
      `ListAccessKeys: expected the keys of user ${unstable.UserId}, which ListUsers lists, got NoSuchEntity twice`,
    );
  for (const { UserId: id } of missing)
    if (!users.has(id))
      evaluations.push(toEvaluation({ type: RESOURCE_TYPE, id }, NOT_APPLICABLE, context.at));
};

/**
 * Evaluates every user of the account, live.
 *
 * An error ends the sweep; what was evaluated until then is true and comes back beside the failure.
 */
export const sweepAccount = async (context: EvaluationContext): Promise<Sweep> => {
  const evaluations: Evaluation[] = [];
  try {
    const users = await listUsersById(context.iam);
    const missing = await evaluateUsers(users.values(), context, evaluations);
    await evaluateMissing(missing, context, evaluations);
    return { evaluations };
  } catch (failure) {
    return { evaluations, failure };
  }
};
