import { runSimulation } from '@cloud-copilot/iam-simulate';

const accountId = '123456789012';
const ALLOW_ALL = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** A call, by whom and on what. */
type Request = {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly contextVariables?: Record<string, string | string[]>;
};

/**
 * Whether AWS would allow a call to somebody who may do everything, but for a service control policy.
 *
 * @throws when the policy or the request is none that IAM knows
 */
export const isAllowedUnder = async (
  serviceControlPolicy: unknown,
  { contextVariables = {}, ...request }: Request,
): Promise<boolean> => {
  const policies = [
    { name: 'FullAWSAccess', policy: ALLOW_ALL },
    { name: 'guard', policy: serviceControlPolicy },
  ];
  const result = await runSimulation(
    {
      request: {
        ...request,
        resource: { resource: request.resource, accountId },
        contextVariables,
      },
      identityPolicies: [{ name: 'all', policy: ALLOW_ALL }],
      serviceControlPolicies: [{ orgIdentifier: 'o-1', policies }],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
};
