import type { Evaluation } from '@aws-sdk/client-config-service';
import { needsOf } from './allowance.ts';
import { type EvaluationContext, RESOURCE_TYPE, toEvaluation } from './evaluation.ts';
import type { ConfigurationItem } from './event.ts';
import { readUser } from './find-user.ts';
import { evaluateSingleAccessKey, NOT_APPLICABLE } from './single-access-key.ts';

const isEvaluated = ({ configurationItemStatus, resourceType }: ConfigurationItem): boolean =>
  resourceType === RESOURCE_TYPE &&
  (configurationItemStatus === 'OK' || configurationItemStatus === 'ResourceDiscovered');

/** What is said of the item was read live, or is a deletion, and an id never comes back. */
export const isCertain = (item: ConfigurationItem, eventLeftScope: boolean): boolean =>
  (isEvaluated(item) && !eventLeftScope) ||
  item.configurationItemStatus === 'ResourceDeleted' ||
  item.configurationItemStatus === 'ResourceDeletedNotRecorded';

/**
 * Evaluates the one user that a change notification is about, live: what the item says of it is old.
 *
 * Always exactly one result: several would replace what other users have.
 */
export const evaluateChange = async (
  configurationItem: ConfigurationItem,
  eventLeftScope: boolean,
  { iam, parameters, at }: EvaluationContext,
): Promise<Evaluation> => {
  const { resourceType: type, resourceId: id, resourceName: UserName } = configurationItem;
  const resource = { type, id };
  if (eventLeftScope || !isEvaluated(configurationItem))
    return toEvaluation(resource, NOT_APPLICABLE, at);
  const found = await readUser(iam, { UserId: id, UserName }, needsOf({ ...parameters, at }));
  if (found === undefined) return toEvaluation(resource, NOT_APPLICABLE, at);
  return toEvaluation(resource, evaluateSingleAccessKey(found, parameters, at), at);
};
