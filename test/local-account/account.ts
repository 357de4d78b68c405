import { createFoundation, createServices, type LocalAccountOptions } from './services.ts';

/**
 * Waits until no service has work left. One service starts another: a runbook changes a key, its event evaluates a
 * rule, and the evaluation starts a runbook.
 */
const settle = async (services: ReturnType<typeof createServices>) => {
  const { config, ssm, cloudtrail, events, eventSourceMappings } = services;
  const busy = [config, ssm, cloudtrail, events, eventSourceMappings];
  do {
    for (const service of busy) await service.settled();
  } while (busy.some((service) => service.isUnderWay()));
};

/**
 * Creates an empty simulated AWS account in this process and serves it on 127.0.0.1.
 *
 * `deploy` adds a stack, `iam.seedUser` adds a user. `close` stops the server and every child process.
 */
export const createLocalAccount = async (options: LocalAccountOptions = {}) => {
  const foundation = await createFoundation(options);
  const { endpoint, accountId, region, roles, faults, dispatcher, closing } = foundation;
  const services = createServices(foundation);

  return {
    ...services,
    endpoint,
    accountId,
    region,
    /** Environment variables with which an SDK or the AWS CLI calls this account as the operator. */
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: roles.operatorKeyId,
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    /** Configuration of an SDK client that calls this account as the operator, without retries. */
    clientConfig: {
      endpoint,
      region,
      credentials: { accessKeyId: roles.operatorKeyId, secretAccessKey: 'local' },
      maxAttempts: 1,
    },
    roles,
    faults,
    /** Replaces operations of a service, for responses that the account does not produce. */
    register: dispatcher.register,
    /** Makes one API call as a role of the account or as `operator`. */
    call: dispatcher.call,
    /** Every API call so far. */
    calls: dispatcher.calls,
    /**
     * Resolves when no delivery, execution, remediation or event is in progress. An execution that sleeps or waits
     * for an approval does not count.
     *
     * Messages in a polled queue count, so the clock must run or be advanced.
     */
    settled: () => settle(services),
    close: async () => {
      closing.abort();
      services.lambda.close();
      await services.ssm.close();
      await foundation.server.close();
    },
  };
};

export type LocalAccount = Awaited<ReturnType<typeof createLocalAccount>>;
