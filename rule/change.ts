import type { Evaluation } from '@aws-sdk/client-config-service';
import { type EvaluationContext, evaluateUser, RESOURCE_TYPE, toEvaluation } from './evaluation.ts';
import type { ConfigurationItem } from './event.ts';
import { readAccessKeys } from './find-user.ts';
import { NOT_APPLICABLE } from './single-access-key.ts';

const isEvaluated = ({ configurationItemStatus, resourceType }: ConfigurationItem): boolean =>
  resourceType === RESOURCE_TYPE &&
  (configurationItemStatus === 'OK' || configurationItemStatus === 'ResourceDiscovered');

/**
 * Evaluates the one user that a change notification is about, live: what the item says of it is old.
 *
 * Always exactly one result: several would replace what other users have.
 */
export const evaluateChange = async (
  configurationItem: ConfigurationItem,
  eventLeftScope: boolean,
  context: EvaluationContext,
): Promise<Evaluation> => {
  const { resourceType: type, resourceId: id, resourceName } = configurationItem;
  if (eventLeftScope || !isEvaluated(configurationItem))
    return toEvaluation({ type, id }, NOT_APPLICABLE, context.at);
  const found = await readAccessKeys(context.iam, { UserId: id, UserName: resourceName });
  return found === undefined
    ? toEvaluation({ type, id }, NOT_APPLICABLE, context.at)
    : evaluateUser(id, found.keys, context);
};
