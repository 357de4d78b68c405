import pMap from 'p-map';
import type { IamUser } from '../aws/iam.ts';
import type { KeyHistory } from '../keys/key-history.ts';
import {
  type EvaluationContext,
  NOT_APPLICABLE,
  type ResourceEvaluation,
  toEvaluation,
} from './evaluation.ts';
import { completeFacts, keysMissing, readFacts } from './read-user.ts';
import type { HeldResults } from './recorded-result.ts';
import { RESERVED_FOR_REPORT, type TimeLimit, withinTime } from './time-limit.ts';
import type { UserFacts } from './user-rule.ts';

/** Users read at the same time; the rate is the retry strategy's to find. */
const CONCURRENCY = 10;

/** Users that may fail before the sweep stops: one that cannot be read is no reason to skip the others, ten are. */
const MAXIMUM_FAILURES = 10;

/** What a sweep works with, beside what every evaluation does. */
export type SweepContext = EvaluationContext & {
  /** What Config held before the sweep began. */
  readonly held: HeldResults;
  /** Aborts when no further user may be begun. */
  readonly timeUp: AbortSignal;
};

/** The evaluations and failures so far, and the users whose name IAM no longer knows. */
export type Progress = {
  readonly evaluations: ResourceEvaluation[];
  readonly failures: unknown[];
  readonly missing: IamUser[];
};

/** A user whose verdict waits for the history of keys, with what is known of it. */
type Waiting = { readonly user: IamUser; readonly facts: UserFacts };

const evaluateUser = async (
  user: IamUser,
  { iam, rule, held }: SweepContext,
  { evaluations, missing }: Progress,
): Promise<Waiting | undefined> => {
  const evidence = { held: held.get(user.UserId) };
  const facts = await readFacts(iam, user.UserName, rule.needs(evidence));
  if (facts === undefined) {
    missing.push(user);
    return undefined;
  }
  const verdict = rule.decide(facts, evidence);
  if (verdict === undefined) return { user, facts };
  evaluations.push(toEvaluation({ id: user.UserId }, verdict, rule.at));
  return undefined;
};

const evaluateWaiting = async (
  { user, facts: known, history }: Waiting & { readonly history: KeyHistory },
  { iam, rule, held }: SweepContext,
  { evaluations, missing }: Progress,
): Promise<void> => {
  const evidence = { held: held.get(user.UserId), history };
  const needs = rule.needs(evidence);
  const facts = await completeFacts(iam, user.UserName, { facts: known, needs });
  if (facts === undefined) {
    missing.push(user);
    return;
  }
  const verdict = rule.decide(facts, evidence);
  if (verdict === undefined) throw new Error(`expected a verdict on ${user.UserId}, got none`);
  evaluations.push(toEvaluation({ id: user.UserId }, verdict, rule.at));
};

/** Does something with each item, ten at a time; one that fails does not keep the others from their turn. */
const forEach = async <Item>(
  items: Iterable<Item>,
  act: (item: Item) => Promise<void>,
  { failures, signal }: { readonly failures: unknown[]; readonly signal: AbortSignal },
): Promise<void> => {
  const attempt = async (item: Item) => {
    try {
      await act(item);
    } catch (failure) {
      if (failures.length + 1 >= MAXIMUM_FAILURES) throw failure;
      failures.push(failure);
    }
  };
  await pMap(items, attempt, { concurrency: CONCURRENCY, signal });
};

/**
 * Evaluates users, ten at a time; a user that fails does not keep the others from their verdict.
 *
 * The history of keys is read once: where verdicts depend on it, not before the keys of every user, so that what is not
 * in it had not happened when they were read; else when the first user asks for it.
 *
 * @throws the reason of `timeUp` when it aborts
 * @throws the failure of the tenth user that fails, and of the history where verdicts depend on it
 */
export const evaluateUsers = async (
  users: Iterable<IamUser>,
  context: SweepContext,
  progress: Progress,
): Promise<void> => {
  const { rule, timeUp: signal, readHistory } = context;
  const { failures } = progress;
  const waiting: Waiting[] = [];
  let history: Promise<KeyHistory> | undefined;
  const finish = async (one: Waiting) => {
    history ??= readHistory(signal);
    await evaluateWaiting({ ...one, history: await history }, context, progress);
  };
  const evaluate = async (user: IamUser) => {
    const waits = await evaluateUser(user, context, progress);
    if (waits === undefined) return;
    if (rule.decidesByHistory) waiting.push(waits);
    else await finish(waits);
  };
  await forEach(users, evaluate, { failures, signal });
  await forEach(waiting, finish, { failures, signal });
};

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
