import pMap from 'p-map';
import type { IamUser } from '../aws/iam.ts';
import type { KeyHistory } from '../keys/key-history.ts';
import { type EvaluationContext, type ResourceEvaluation, toEvaluation } from './evaluation.ts';
import type { UserFacts } from './facts.ts';
import type { HeldResults } from './held-result.ts';
import { completeFacts, readFacts } from './read-facts.ts';

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
