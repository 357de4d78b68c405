import * as v from 'valibot';
import { type Operation, operation, ServiceError } from '../dispatch.ts';
import { getFindings } from './get-findings.ts';
import { batchImportFindings, type HeldFindings, type HubDeps } from './import-findings.ts';

const SubscribedAt = '2024-01-01T00:00:00.000Z';

const describeHub = ({ accountId, region }: HubDeps): Operation => {
  const HubArn = `arn:aws:securityhub:${region}:${accountId}:hub/default`;
  return operation(
    v.strictObject({ HubArn: v.optional(v.pipe(v.string(), v.regex(/\S/))) }),
    (input) => {
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
  );
};

/**
 * Creates Security Hub CSPM with the findings of the account's own product. Set `enabled` to false to turn it off.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html
 */
export const createSecurityHub = (deps: HubDeps & { readonly pageSize?: number | undefined }) => {
  const state = { enabled: true };
  const stored: HeldFindings = new Map();
  const whenOn =
    (run: Operation): Operation =>
    (...call) => {
      if (state.enabled) return run(...call);
      const message = `Account ${deps.accountId} is not subscribed to AWS Security Hub`;
      throw new ServiceError('InvalidAccessException', message, 401);
    };

  return Object.assign(state, {
    /** The stored findings by product and id; a test can change them as the customer would. */
    findings: stored,
    operations: {
      DescribeHub: whenOn(describeHub(deps)),
      BatchImportFindings: whenOn(batchImportFindings(stored, deps)),
      GetFindings: whenOn(getFindings(stored, deps.pageSize ?? Number.POSITIVE_INFINITY)),
    },
  });
};
