import { evaluateUsers, type Progress, type SweepContext } from './evaluate-users.ts';
import { type ResourceEvaluation, toEvaluation } from './evaluation.ts';
import { keysMissing } from './find-user.ts';
import type { Iam, IamUser } from './iam.ts';
import { NOT_APPLICABLE } from './single-access-key.ts';

/** What a sweep found; with `failures` it is incomplete, yet every evaluation in it is true. */
export type Sweep = {
  readonly evaluations: readonly ResourceEvaluation[];
  readonly failures: readonly unknown[];
};

/** Every user by its id: a user that moves between pages is listed twice, but counts once. */
const listUsersById = async (iam: Iam): Promise<Map<string, IamUser>> => {
  const users = new Map<string, IamUser>();
  for await (const user of iam.listUsers()) users.set(user.UserId, user);
  return users;
};

/**
 * Looks again for users that seem gone: listed but without keys to list, or held by Config but not listed.
 *
 * Lists twice before it takes a user for deleted: one that is renamed meanwhile can slip between two pages.
 */
const evaluateMissing = async (
  ids: readonly string[],
  context: SweepContext,
  progress: Progress,
): Promise<void> => {
  const users = new Map<string, IamUser>();
  for (let listing = 0; listing < 2 && ids.some((id) => !users.has(id)); listing += 1)
    for (const [id, user] of await listUsersById(context.iam)) users.set(id, user);
  await evaluateUsers(
    ids.flatMap((id) => users.get(id) ?? []),
    context,
    progress,
  );
  const [unstable] = progress.missing;
  if (unstable !== undefined) throw keysMissing(unstable);
  if (progress.failures.length > 0) return;
  for (const id of ids)
    if (!users.has(id)) progress.evaluations.push(toEvaluation({ id }, NOT_APPLICABLE, context.at));
};

/**
 * Evaluates every user of the account, live, and every user that Config still holds a result of.
 *
 * What was evaluated is true and comes back beside the failures; users that seem deleted only when nothing failed.
 */
export const sweepAccount = async (context: SweepContext): Promise<Sweep> => {
  const progress: Progress = { evaluations: [], failures: [], missing: [] };
  const { evaluations, failures, missing } = progress;
  try {
    const users = await listUsersById(context.iam);
    await evaluateUsers(users.values(), context, progress);
    const unlisted = [...context.held.keys()].filter((id) => !users.has(id));
    const seemGone = [...unlisted, ...missing.splice(0).map(({ UserId }) => UserId)];
    if (failures.length === 0) await evaluateMissing(seemGone, context, progress);
  } catch (failure) {
    failures.push(failure);
  }
  // Copies: calls still under way when the sweep stopped may yet add to the lists.
  return { evaluations: [...evaluations], failures: [...failures] };
};
