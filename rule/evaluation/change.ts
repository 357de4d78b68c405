import { RESOURCE_TYPE, type RecordedResult } from '../aws/config.ts';
import { type EvaluationContext, evaluateUser } from './evaluate-user.ts';
import type { ConfigurationItem } from './event.ts';
import { readUser } from './read-user.ts';
import { NOT_APPLICABLE, type UserResult } from './result.ts';
import type { UserKeys } from './user-rule.ts';

const isEvaluated = ({ configurationItemStatus, resourceType }: ConfigurationItem): boolean =>
  resourceType === RESOURCE_TYPE &&
  (configurationItemStatus === 'OK' || configurationItemStatus === 'ResourceDiscovered');

/**
 * Tells whether the result comes from live keys or from a deletion. Such a result can be reported even if the recorded
 * result is unknown.
 */
export const isCertain = (item: ConfigurationItem, eventLeftScope: boolean): boolean =>
  (isEvaluated(item) && !eventLeftScope) ||
  item.configurationItemStatus === 'ResourceDeleted' ||
  item.configurationItemStatus === 'ResourceDeletedNotRecorded';

/** The dependencies of the evaluation of a change notification. */
type ChangeContext = EvaluationContext & {
  readonly eventLeftScope: boolean;
  /** Reads the recorded result of the user. */
  readonly readRecorded: () => Promise<RecordedResult | undefined>;
};

/**
 * Evaluates the user of a change notification. Reads the keys from IAM, because the notification may be outdated.
 *
 * Returns NOT_APPLICABLE if IAM has no user with this id, or if the resource was deleted, is not recorded, is not a user or
 * left the scope of the rule.
 */
export const evaluateChange = async (
  item: ConfigurationItem,
  context: ChangeContext,
): Promise<UserResult> => {
  const { iam, rule, eventLeftScope, readRecorded, readHistory } = context;
  const { resourceId: UserId, resourceName: UserName } = item;
  const notApplicable = { UserId, ...NOT_APPLICABLE };
  if (eventLeftScope || !isEvaluated(item)) return notApplicable;
  const evaluate = async (user: UserKeys) => {
    // The event history is read after the keys, as in a sweep.
    const background = rule.requiresHistory(user)
      ? { recorded: await readRecorded(), history: await readHistory?.(rule.at) }
      : {};
    return evaluateUser(user, context, background);
  };
  return (await readUser(iam, { UserId, UserName }, evaluate)) ?? notApplicable;
};
