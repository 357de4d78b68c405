import * as v from 'valibot';
import type { Reading } from './finding.ts';

/** No answer came: no credentials, no connection, or nobody there. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** An error that a service answered, as the SDK marks it. */
const Answered = v.object({ $metadata: v.object({ httpStatusCode: v.number() }) });

const describe = (error: Error): string => {
  if (!(error instanceof v.ValiError)) return `${error.name}: ${error.message}`;
  const issue: v.BaseIssue<unknown> = error.issues[0];
  return `${v.getDotPath(issue) ?? 'the answer'}: expected ${issue.expected ?? issue.message}, got ${issue.received}`;
};

/**
 * Reads one thing; an answer that refuses it, or is none that the API promises, leaves it unread.
 *
 * @param action  the IAM action that allows it
 * @throws {UnreachableError} when no answer came
 */
export const read = async <Facts>(
  action: string,
  ask: () => Promise<Facts>,
): Promise<Reading<Facts>> => {
  try {
    return { facts: await ask() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (v.is(Answered, error) || error instanceof v.ValiError)
      return { unread: { action, reason: describe(error) } };
    throw new UnreachableError(`${action}: ${describe(error)}`, { cause: error });
  }
};
