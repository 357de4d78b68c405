import { runSimulation } from '@cloud-copilot/iam-simulate';

const accountId = '123456789012';
const ALLOW_ALL = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** A call with its principal and resource. */
type Request = {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly contextVariables?: Record<string, string | string[]>;
};

/**
 * Whether a service control policy allows a call of an administrator.
 *
 * @throws if the policy or the request is invalid
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
