import { createCloudTrail } from './cloudtrail/cloudtrail.ts';
import type { createTrails } from './cloudtrail/trails.ts';
import { createEventBridge } from './events/event-bridge.ts';
import { createEventSourceMappings } from './lambda/event-source-mapping.ts';
import type { Lambda } from './lambda/lambda.ts';
import {
  createFoundation,
  createServices,
  type Foundation,
  type LocalAccountOptions,
} from './services.ts';
import type { Sqs } from './sqs/sqs.ts';

/** What stands at the ends of the way. */
type Ends = {
  readonly trails: ReturnType<typeof createTrails>;
  readonly sqs: Sqs;
  readonly lambda: Lambda;
};

/** The way of a key event: CloudTrail, EventBridge, a queue, and who polls it for a function. */
export const createEventServices = (foundation: Foundation, { trails, sqs, lambda }: Ends) => {
  const { dispatcher, trail = true } = foundation;
  if (!trail) trails.put([]);
  const events = createEventBridge({ ...foundation, sqs, lambda });
  const { operations, ...cloudtrail } = createCloudTrail({
    ...foundation,
    isLogging: trails.isLogging,
    putEvent: events.put,
    onAnswer: dispatcher.onAnswer,
  });
  dispatcher.register('cloudtrail', { ...trails.operations, ...operations });
  const eventSourceMappings = createEventSourceMappings({ ...foundation, sqs, lambda });
  return { cloudtrail: { ...cloudtrail, trails }, events, eventSourceMappings };
};

const clientEnvironment = ({ endpoint, region, roles }: Foundation) => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: roles.operatorKeyId,
  AWS_SECRET_ACCESS_KEY: 'local',
});

/** One thing leads to the next: a runbook changes a key, its event evaluates a rule, that starts a runbook. */
const settle = async (services: ReturnType<typeof createServices>) => {
  const { config, ssm, cloudtrail, events, eventSourceMappings } = services;
  do {
    await config.settled();
    await ssm.settled();
    await cloudtrail.settled();
    await events.settled();
    await eventSourceMappings.settled();
  } while ([config, ssm, cloudtrail, events, eventSourceMappings].some((one) => one.isUnderWay()));
};

/**
 * An AWS account in this process, served on 127.0.0.1: the services that the stack and its users call.
 *
 * It is empty: `deploy` puts a stack into it, `iam.seedUser` a user. `close` it, or the process stays.
 */
export const createLocalAccount = async (options: LocalAccountOptions = {}) => {
  const foundation = await createFoundation(options);
  const { endpoint, accountId, region, roles, faults, dispatcher, server, leave } = foundation;
  const services = createServices(foundation);
  const { lambda, ssm } = services;

  return {
    ...services,
    endpoint,
    /** Where another account can be served too. */
    server,
    accountId,
    region,
    /** The variables with which a client talks to this account, as an operator. */
    environment: clientEnvironment(foundation),
    roles,
    faults,
    /** Takes other operations for the account's own, where a test wants an answer that no API promises. */
    register: dispatcher.register,
    /** Makes one API call, as a role of the account or as `operator`; CloudTrail sees no other ones. */
    call: dispatcher.call,
    /** Every API call so far. */
    calls: dispatcher.calls,
    /**
     * Resolves when no delivery, execution, remediation or event is under way; an execution that waits for an
     * approval or sleeps is not.
     *
     * A message that waits in a polled queue is under way: this needs a clock that runs, or one that a test moves.
     */
    settled: () => settle(services),
    close: async () => {
      foundation.closing.abort();
      lambda.close();
      await ssm.close();
      await leave();
    },
  };
};

export type LocalAccount = Awaited<ReturnType<typeof createLocalAccount>>;
