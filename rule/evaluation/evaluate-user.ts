import type { ReadHistory } from '../aws/cloudtrail.ts';
import type { Iam } from '../aws/iam.ts';
import { readRequired } from './read-user.ts';
import type { UserResult } from './result.ts';
import type { Background, UserKeys, UserRule } from './user-rule.ts';

/** The rule to apply, and what the evaluation reads with. */
export type EvaluationContext = {
  readonly iam: Iam;
  readonly rule: UserRule;
  /** Absent if no result of the rule depends on the event history. */
  readonly readHistory?: ReadHistory;
};

/**
 * Evaluates one user: reads what the rule requires, then applies the rule. Returns undefined if IAM no longer has a user
 * with this name.
 */
export const evaluateUser = async (
  user: UserKeys,
  { iam, rule }: Pick<EvaluationContext, 'iam' | 'rule'>,
  background: Background,
): Promise<UserResult | undefined> => {
  const complete = await readRequired(iam, user, rule.requiredReads(background));
  return complete && { UserId: user.UserId, ...rule.evaluate(complete, background) };
};
