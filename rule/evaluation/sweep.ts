import type { IamUser } from '../aws/iam.ts';
import { evaluateUsers, type Progress, type SweepContext } from './evaluate-users.ts';
import { type ResourceEvaluation, toEvaluation } from './evaluation.ts';
import { keysMissing } from './find-user.ts';
import { RESERVED_FOR_REPORT, type TimeLimit, withinTime } from './time-limit.ts';
import { NOT_APPLICABLE } from './verdict.ts';

/** What a sweep found; with `failures` it is incomplete, yet every evaluation in it is true. */
export type Sweep = {
  readonly evaluations: readonly ResourceEvaluation[];
  readonly failures: readonly unknown[];
};

/** Every user by its id: a user that moves between pages is listed twice, but counts once. */
const listUsersById = async ({
  iam,
  timeUp,
}: Pick<SweepContext, 'iam' | 'timeUp'>): Promise<Map<string, IamUser>> => {
  const users = new Map<string, IamUser>();
  for await (const user of iam.listUsers()) {
    timeUp.throwIfAborted();
    users.set(user.UserId, user);
  }
  return users;
};

/** Listings without a user after which it is deleted: one that is renamed meanwhile can slip between two pages. */
const LISTINGS_WITHOUT = 2;

/** Users that seem gone: listed, but without keys to list; or held by Config, but not listed. */
type SeemGone = { readonly missing: readonly string[]; readonly unlisted: readonly string[] };

/** Looks again for users that seem gone, and evaluates those that are not. */
const evaluateMissing = async (
  { missing, unlisted }: SeemGone,
  context: SweepContext,
  progress: Progress,
): Promise<void> => {
  const ids = [...missing, ...unlisted];
  const users = new Map<string, IamUser>();
  // The sweep's own listing was the first without those that were not listed.
  const listings = missing.length > 0 ? LISTINGS_WITHOUT : LISTINGS_WITHOUT - 1;
  for (let listing = 0; listing < listings && ids.some((id) => !users.has(id)); listing += 1)
    for (const [id, user] of await listUsersById(context)) users.set(id, user);
  await evaluateUsers(
    ids.flatMap((id) => users.get(id) ?? []),
    context,
    progress,
  );
  const [unstable] = progress.missing;
  if (unstable !== undefined) throw keysMissing(unstable);
  if (progress.failures.length > 0) return;
  for (const id of ids)
    if (!users.has(id))
      progress.evaluations.push(toEvaluation({ id }, NOT_APPLICABLE, context.rule.at));
};

const evaluateAccount = async (context: SweepContext, progress: Progress): Promise<void> => {
  const users = await listUsersById(context);
  await evaluateUsers(users.values(), context, progress);
  if (progress.failures.length > 0) return;
  const missing = progress.missing.splice(0).map(({ UserId }) => UserId);
  const unlisted = [...context.held.keys()].filter((id) => !users.has(id));
  await evaluateMissing({ missing, unlisted }, context, progress);
};

/**
 * Evaluates every user of the account, live, and every user that Config still holds a result of.
 *
 * What was evaluated is true and comes back beside the failures; users that seem deleted only when nothing failed.
 */
export const sweepAccount = async (
  context: Omit<SweepContext, 'timeUp'> & Pick<TimeLimit, 'remainingTime'>,
): Promise<Sweep> => {
  const progress: Progress = { evaluations: [], failures: [], missing: [] };
  const { evaluations, failures } = progress;
  try {
    await withinTime({ ...context, reserved: RESERVED_FOR_REPORT }, (timeUp) =>
      evaluateAccount({ ...context, timeUp }, progress),
    );
  } catch (failure) {
    failures.push(failure);
  }
  // Copies: calls still under way when the sweep stopped may yet add to the lists.
  return { evaluations: [...evaluations], failures: [...failures] };
};
