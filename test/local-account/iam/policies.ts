import * as v from 'valibot';
import { type Operation, ServiceError } from '../dispatch.ts';
import { cutPage } from '../request.ts';
import {
  type Announce,
  iamOperation,
  invalidMarker,
  PAGING,
  UserName,
  type Users,
} from './users.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const POLICIES_PER_USER = 10;

/** The ARN of a managed policy: of AWS, or of an account. */
const PolicyArn = v.pipe(
  v.string(),
  v.maxLength(2048),
  v.regex(/^arn:[\w-]+:iam::(aws|\d{12}):policy\/([\x21-\x7e]+\/)?[\w+=,.@-]{1,128}$/),
);

const Attachment = v.strictObject({ UserName, PolicyArn });

/** Returns the name of a managed policy. */
export const policyName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/**
 * The operations on managed policies of users. Every policy exists. AWS Config records changes.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
 */
export const policyOperations = (
  users: Users,
  announce: Announce,
  pageSize: number,
): Readonly<Record<string, Operation>> => ({
  AttachUserPolicy: iamOperation(Attachment, (input) => {
    const user = users.named(input.UserName);
    const attached = new Set([...user.attachedPolicies, input.PolicyArn]);
    if (attached.size > POLICIES_PER_USER) {
      const message = `Cannot exceed quota for PoliciesPerUser: ${POLICIES_PER_USER}`;
      throw new ServiceError('LimitExceeded', message, 409);
    }
    user.attachedPolicies.add(input.PolicyArn);
    announce('OK', user);
  }),
  DetachUserPolicy: iamOperation(Attachment, (input) => {
    const user = users.named(input.UserName);
    if (!user.attachedPolicies.delete(input.PolicyArn)) {
      const message = `Policy ${input.PolicyArn} was not found.`;
      throw new ServiceError('NoSuchEntity', message, 404);
    }
    announce('OK', user);
  }),
  ListAttachedUserPolicies: iamOperation(
    v.strictObject({ UserName, ...PAGING }),
    ({ UserName, Marker, MaxItems }) => {
      const user = users.named(UserName);
      const page = cutPage({
        list: `ListAttachedUserPolicies ${user.UserId}`,
        items: user.attachedPolicies,
        keyOf: policyName,
        size: Math.min(MaxItems, pageSize),
        marker: Marker,
        refuse: invalidMarker,
      });
      return {
        AttachedPolicies: page.items.map((arn) => ({
          PolicyName: policyName(arn),
          PolicyArn: arn,
        })),
        IsTruncated: page.next !== undefined,
        Marker: page.next,
      };
    },
  ),
});
