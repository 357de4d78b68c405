import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { operation } from '../dispatch.ts';

/** Where Security Hub CSPM is. */
type SecurityHubDeps = { readonly accountId: string; readonly region: string };

const SubscribedAt = '2024-01-01T00:00:00.000Z';

/**
 * Security Hub CSPM as far as it says whether it is on; `enabled` is a test's to change.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html
 */
export const createSecurityHub = ({ accountId, region }: SecurityHubDeps) => {
  const state = { enabled: true };
  const HubArn = `arn:aws:securityhub:${region}:${accountId}:hub/default`;

  return Object.assign(state, {
    operations: {
      DescribeHub: operation(
        v.strictObject({ HubArn: v.optional(v.pipe(v.string(), v.regex(/\S/))) }),
        (input) => {
          if (!state.enabled) {
            const message = `Account ${accountId} is not subscribed to AWS Security Hub`;
            throw new ServiceError('InvalidAccessException', message, 401);
          }
          if (input.HubArn !== undefined && input.HubArn !== HubArn) {
            const message = `Hub not found: ${JSON.stringify(input.HubArn)}`;
            throw new ServiceError('ResourceNotFoundException', message, 404);
          }
          const AutoEnableControls = true;
          return {
            HubArn,
            SubscribedAt,
            AutoEnableControls,
            ControlFindingGenerator: 'SECURITY_CONTROL',
          };
        },
        'InvalidInputException',
      ),
    },
  });
};
