import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { operation } from '../dispatch.ts';
import type { Iam } from '../iam/iam.ts';
import { cutPage } from '../page.ts';
import { invalidNextToken, Limit, NextToken, text } from './members.ts';

const ListDiscoveredResources = v.strictObject({
  resourceType: v.literal('AWS::IAM::User'),
  resourceIds: v.optional(v.pipe(v.array(text(1, 768)), v.minLength(1), v.maxLength(20))),
  resourceName: v.optional(v.string()),
  limit: Limit,
  nextToken: NextToken,
});

/**
 * ListDiscoveredResources: the account's users as AWS Config knows them, by id or by name.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ListDiscoveredResources.html
 */
export const listDiscoveredResources = (iam: Iam, pageSize: number) =>
  operation(ListDiscoveredResources, (input) => {
    const { resourceType, resourceIds, resourceName, limit, nextToken } = input;
    if (resourceIds !== undefined && resourceName !== undefined) {
      const message = 'expected either resourceIds or a resourceName, got both';
      throw new ServiceError('ValidationException', message);
    }
    const page = cutPage({
      list: 'ListDiscoveredResources',
      items: [...iam.users.values()].filter(
        ({ UserId, UserName }) =>
          (resourceIds?.includes(UserId) ?? true) && UserName === (resourceName ?? UserName),
      ),
      keyOf: ({ UserId }) => UserId,
      size: Math.min(limit || 100, pageSize),
      marker: nextToken,
      refuse: invalidNextToken,
    });
    const resourceIdentifiers = page.items.map(({ UserId, UserName }) => ({
      resourceType,
      resourceId: UserId,
      resourceName: UserName,
    }));
    return { resourceIdentifiers, nextToken: page.next };
  });
