import { createFoundation, type LocalAccountOptions } from './account-foundation.ts';
import { createServices } from './account-services.ts';

const clientEnvironment = (endpoint: string, region: string) => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: 'AKIALOCALOPERATOR000',
  AWS_SECRET_ACCESS_KEY: 'local',
});

/**
 * An AWS account in this process: IAM, AWS Config, Lambda and SSM Automation, served on 127.0.0.1.
 *
 * It is empty: `deploy` puts a stack into it, `iam.seedUser` a user. `close` it, or the process stays.
 */
export const createLocalAccount = async (options: LocalAccountOptions = {}) => {
  const foundation = await createFoundation(options);
  const { endpoint, accountId, region, roles, faults, dispatcher, server } = foundation;
  const services = createServices(foundation);
  const { config, ssm, lambda } = services;

  return {
    ...services,
    endpoint,
    accountId,
    region,
    /** The variables with which a client talks to this account, as an operator. */
    environment: clientEnvironment(endpoint, region),
    roles,
    faults,
    /** Takes other operations for the account's own, where a test wants an answer that no API promises. */
    register: dispatcher.register,
    /** Every API call so far. */
    calls: dispatcher.calls,
    /** Resolves when no delivery, execution or remediation is under way. */
    settled: async () => {
      await config.settled();
      await ssm.settled();
      // The last step of a runbook evaluates the rule again.
      await config.settled();
    },
    close: async () => {
      lambda.close();
      ssm.close();
      await ssm.settled();
      await server.close();
    },
  };
};

export type LocalAccount = Awaited<ReturnType<typeof createLocalAccount>>;
