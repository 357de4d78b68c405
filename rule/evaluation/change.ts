import type { ConfigurationItemStatus } from '@aws-sdk/client-config-service';
import type { RecordedResult } from '../aws/config.ts';
import { type EvaluationContext, evaluateUser } from './evaluate-user.ts';
import type { ConfigurationItem } from './event.ts';
import { readUser } from './read-user.ts';
import { NOT_APPLICABLE, type UserResult } from './result.ts';
import type { UserKeys } from './user-rule.ts';

/** AWS Config reports that a user was deleted, but IAM still lists it. A later attempt finds out which is true. */
export class UserNotDeletedError extends Error {
  override readonly name = 'UserNotDeletedError';
}

/** The statuses of the item of a deleted user. */
const DELETED: readonly string[] = [
  'ResourceDeleted',
  'ResourceDeletedNotRecorded',
] satisfies ConfigurationItemStatus[];

const requireNotDeleted = ({ resourceId, configurationItemStatus }: ConfigurationItem): void => {
  if (!DELETED.includes(configurationItemStatus)) return;
  throw new UserNotDeletedError(
    `${configurationItemStatus}: expected IAM to have no user with the id ${resourceId}, got a user`,
  );
};

/** The dependencies of the evaluation of a change notification. */
type ChangeContext = EvaluationContext & {
  /** Reads the recorded result of the user. */
  readonly readRecorded: () => Promise<RecordedResult | undefined>;
};

/**
 * Evaluates the user of a change notification. Reads the keys from IAM, because the notification may be outdated and does
 * not contain them.
 *
 * Returns NOT_APPLICABLE only if IAM has no user with this id. The status of the item and its scope do not matter, so that
 * a change notification and a sweep always agree.
 *
 * @throws {UserNotDeletedError} if the item is deleted, but IAM has the user
 */
export const evaluateChange = async (
  item: ConfigurationItem,
  context: ChangeContext,
): Promise<UserResult> => {
  const { iam, rule, readRecorded, readHistory } = context;
  const { resourceId: UserId, resourceName: UserName } = item;
  const evaluate = async (user: UserKeys) => {
    requireNotDeleted(item);
    // The event history is read after the keys, as in a sweep.
    const background = rule.requiresHistory(user)
      ? { recorded: await readRecorded(), history: await readHistory?.(rule.at) }
      : {};
    return evaluateUser(user, context, background);
  };
  return (await readUser(iam, { UserId, UserName }, evaluate)) ?? { UserId, ...NOT_APPLICABLE };
};
