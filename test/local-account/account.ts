import * as v from 'valibot';
import { inRealTime, type SlowDown, type Wait, waitInRealTime } from './clock.ts';
import { createCloudTrail } from './cloudtrail/cloudtrail.ts';
import { createTrails } from './cloudtrail/trails.ts';
import { createConfig } from './config/config.ts';
import type { EvaluationStart } from './config/deliveries.ts';
import { createDispatcher, createFaults } from './dispatch.ts';
import { createEventBridge } from './events/event-bridge.ts';
import { createIam } from './iam/iam.ts';
import { createEventSourceMappings } from './lambda/event-source-mapping.ts';
import { createLambda } from './lambda/lambda.ts';
import { createSchedules } from './schedules.ts';
import { createSecurityHub } from './securityhub/securityhub.ts';
import { createSns } from './sns/sns.ts';
import { createSqs } from './sqs/sqs.ts';
import type { ActionSettings } from './ssm/action.ts';
import { createSsm } from './ssm/ssm.ts';
import { createRoles, createSts } from './sts/sts.ts';
import { startServer } from './wire/server.ts';

/** Options of a simulated account. */
export type LocalAccountOptions = {
  /** Replaces the HTTP server. @default `startServer` */
  readonly serve?: typeof startServer | undefined;
  /** @default a free port */
  readonly port?: number | undefined;
  /** @default the system clock */
  readonly now?: (() => Date) | undefined;
  /** Waits in the account's time; part of `createClock`. @default real time */
  readonly wait?: Wait | undefined;
  /** Advances the account's time; part of `createClock`. With it the server answers `POST /clock?advance=30d`. */
  readonly advance?: ((milliseconds: number) => void) | undefined;
  /** Slows the account's time down while a process runs; part of `createClock`. @default real time */
  readonly slowDown?: SlowDown | undefined;
  /** Maximum number of items on any page. @default the limit of each API */
  readonly pageSize?: number | undefined;
  /** @default '123456789012' */
  readonly accountId?: string | undefined;
  /** @default 'us-east-1' */
  readonly region?: string | undefined;
  /** Settings of runbooks: the Python command, the speed of scripts, and what AWS leaves open. */
  readonly automation?: Partial<ActionSettings> | undefined;
  /** Milliseconds from an API call to its CloudTrail event. @default 0 */
  readonly cloudTrailDelay?: number | undefined;
  /** Whether the account starts with a trail. Without a trail, EventBridge receives no API call. @default true */
  readonly trail?: boolean | undefined;
  /** Whether the schedules of AWS Config rules run as time passes. Those of EventBridge always do. @default false */
  readonly schedules?: boolean | undefined;
  /** What the start of an evaluation sends to a rule with both triggers; AWS leaves it open. @default 'schedule' */
  readonly evaluationStart?: EvaluationStart | undefined;
  /** Whether a result with an older timestamp than the recorded one is ignored; AWS leaves it open. @default true */
  readonly dropsOlderResults?: boolean | undefined;
};

/** Creates what every service shares: the clock, the roles, the dispatcher and the server. */
const createFoundation = async (options: LocalAccountOptions) => {
  const { serve = startServer, port, automation: settings, ...given } = options;
  const { now = () => new Date(), wait = waitInRealTime, slowDown = inRealTime, advance } = given;
  const { accountId = '123456789012', region = 'us-east-1' } = given;
  const closing = new AbortController();
  const schedules = createSchedules({ now, wait, closed: closing.signal });
  const faults = createFaults();
  const dispatcher = createDispatcher(faults, now);
  const roles = createRoles({ accountId });
  const clock = advance && { now, advance };
  const server = await serve({ dispatcher, principalOf: roles.principalOf, port, now, clock });
  return {
    ...{ ...given, now, wait, slowDown, accountId, region, settings },
    ...{ faults, dispatcher, roles, server, closing, schedules },
    runsConfigSchedules: options.schedules === true,
    endpoint: server.endpoint,
    closed: closing.signal,
  };
};

type Foundation = Awaited<ReturnType<typeof createFoundation>>;

const FromRule = v.object({ configRuleArn: v.string() });
const Started = v.object({ AutomationExecutionId: v.string() });

/** Creates the services of one account and connects them as in AWS. */
const createServices = (foundation: Foundation) => {
  const { dispatcher, accountId, trail = true } = foundation;
  const iam = createIam(foundation);
  const sqs = createSqs(foundation);
  const sns = createSns({ ...foundation, sqs });
  const lambda = createLambda({ ...foundation, sendToQueue: sqs.sendForLambda });
  const ssm = createSsm(foundation);
  const sts = createSts(foundation);
  const securityhub = createSecurityHub(foundation);
  const trails = createTrails(foundation);
  if (!trail) trails.put([]);
  const events = createEventBridge({ ...foundation, sqs, lambda });
  const cloudtrail = createCloudTrail({
    ...foundation,
    isLogging: trails.isLogging,
    putEvent: events.put,
    onAnswer: dispatcher.onAnswer,
  });
  dispatcher.onAnswer(
    ({ principal, accessKeyId, service: ServiceName, region: Region = 'N/A', ...call }) => {
      const isOfUser = principal === 'operator' && accessKeyId !== foundation.roles.operatorKeyId;
      if (!isOfUser || accessKeyId === undefined) return;
      const isUsed = iam.recordUse(accessKeyId, { ServiceName, Region });
      // CloudTrail records the calls to IAM itself.
      if (!isUsed || ServiceName === 'iam') return;
      cloudtrail.recordUse(accessKeyId, {
        ...{ eventSource: `${ServiceName}.amazonaws.com`, eventName: call.operation },
        ...{ awsRegion: Region, sourceIPAddress: '127.0.0.1', userAgent: call.userAgent },
      });
    },
  );
  const eventSourceMappings = createEventSourceMappings({ ...foundation, sqs, lambda });
  const config = createConfig({
    ...foundation,
    schedules: foundation.runsConfigSchedules ? foundation.schedules : undefined,
    iam,
    invokeFunction: (functionArn, event) =>
      lambda.invokeEvent(functionArn, event, {
        Principal: 'config.amazonaws.com',
        SourceAccount: accountId,
        SourceArn: v.parse(FromRule, event).configRuleArn,
      }),
    startAutomation: async (input, principal) => {
      const request = { service: 'ssm', operation: 'StartAutomationExecution' } as const;
      const output = await dispatcher.call({ ...request, input, principal });
      return v.parse(Started, output).AutomationExecutionId;
    },
    putEvent: events.put,
    automationExecution: ssm.execution,
    isResting: ssm.isResting,
  });
  const services = { iam, lambda, ssm, config, sts, sqs, sns, securityhub, cloudtrail } as const;
  for (const [name, { operations }] of Object.entries(services))
    dispatcher.register(name as keyof typeof services, operations);
  dispatcher.register('cloudtrail', trails.operations);
  return {
    ...{
      schedules: foundation.schedules,
      iam,
      lambda,
      ssm,
      config,
      securityHub: securityhub,
      sqs,
      sns,
      events,
      eventSourceMappings,
    },
    cloudtrail: { ...cloudtrail, trails },
  };
};

/**
 * Waits until no service has work left. One service starts another: a runbook changes a key, its event evaluates a
 * rule, and the evaluation starts a runbook.
 */
const settle = async (services: ReturnType<typeof createServices>) => {
  const { schedules, config, ssm, cloudtrail, events, eventSourceMappings } = services;
  const busy = [schedules, config, ssm, cloudtrail, events, eventSourceMappings];
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
