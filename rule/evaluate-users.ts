import pMap from 'p-map';
import { needsOf, type UserFacts } from './allowance.ts';
import { type EvaluationContext, type ResourceEvaluation, toEvaluation } from './evaluation.ts';
import { readFacts } from './find-user.ts';
import { type HeldResults, standingViolation } from './held-result.ts';
import type { IamUser } from './iam.ts';
import { evaluateSingleAccessKey } from './single-access-key.ts';

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

const evaluateUser = async (
  { UserId: id, UserName }: IamUser,
  { iam, parameters, at, held }: SweepContext,
  { evaluations, missing }: Progress,
): Promise<void> => {
  const policy = { ...parameters, at };
  const standing = (facts: UserFacts) => standingViolation(held.get(id), facts, policy);
  const { tag, lastUse } = needsOf(policy);
  const facts = await readFacts(iam, UserName, {
    tag,
    lastUse: (known) => lastUse(known) && standing(known) === undefined,
  });
  if (facts === undefined) missing.push({ UserId: id, UserName });
  else {
    const verdict = standing(facts) ?? evaluateSingleAccessKey(facts, parameters, at);
    evaluations.push(toEvaluation({ id }, verdict, at));
  }
};

/**
 * Evaluates users, ten at a time; a user that fails does not keep the others from their verdict.
 *
 * @throws the reason of `timeUp` when it aborts
 * @throws the failure of the tenth user that fails
 */
export const evaluateUsers = async (
  users: Iterable<IamUser>,
  context: SweepContext,
  progress: Progress,
): Promise<void> => {
  const { failures } = progress;
  const evaluate = async (user: IamUser) => {
    try {
      await evaluateUser(user, context, progress);
    } catch (failure) {
      if (failures.length + 1 >= MAXIMUM_FAILURES) throw failure;
      failures.push(failure);
    }
  };
  await pMap(users, evaluate, { concurrency: CONCURRENCY, signal: context.timeUp });
};
