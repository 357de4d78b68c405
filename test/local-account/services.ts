import * as v from 'valibot';
import { createEventServices } from './account.ts';
import { inRealTime, type SlowDown, type Wait, waitInRealTime } from './clock.ts';
import { createTrails } from './cloudtrail/trails.ts';
import { createConfig } from './config/config.ts';
import type { EvaluationStart } from './config/deliveries.ts';
import { createDispatcher, createFaults } from './dispatch.ts';
import { createIam } from './iam/iam.ts';
import { createLambda } from './lambda/lambda.ts';
import { createRoles } from './roles.ts';
import { createSecurityHub } from './securityhub/securityhub.ts';
import { createSns } from './sns/sns.ts';
import { createSqs } from './sqs/sqs.ts';
import type { ActionSettings } from './ssm/action.ts';
import { createSsm } from './ssm/ssm.ts';
import { createSts } from './sts/sts.ts';
import type { CalledAccount } from './wire/called-accounts.ts';
import { type Server, startServer } from './wire/server.ts';

/** How the local account differs from the usual one. */
export type LocalAccountOptions = {
  /**
   * Another account, behind whose endpoint and for as long as which this one is served too. Give both the same clock,
   * and each its `accountId`. A request is refused then that is signed by no operator and no role of theirs.
   *
   * @default an endpoint of its own
   */
  readonly beside?: { readonly server: Server } | undefined;
  /** @default a free one */
  readonly port?: number | undefined;
  /** @default the system clock */
  readonly now?: (() => Date) | undefined;
  /** How the account's time passes: `createClock` has both. @default real time */
  readonly wait?: Wait | undefined;
  /** Moves the account's time on, which `POST /clock?advance=30d` then does too; `createClock` has it. */
  readonly advance?: ((milliseconds: number) => void) | undefined;
  /** What a function's process runs in; `createClock` has it too. @default real time */
  readonly slowDown?: SlowDown | undefined;
  /** Most items on any page. @default what the service's API allows */
  readonly pageSize?: number | undefined;
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
  /** The Node that runs functions. @default the one that runs the account */
  readonly nodePath?: string | undefined;
  /** What AWS leaves open about runbooks, and the machine's Python. */
  readonly automation?: Partial<ActionSettings> | undefined;
  /** Milliseconds until a call is in CloudTrail's history and with EventBridge. @default 0 */
  readonly cloudTrailDelay?: number | undefined;
  /** Whether the account begins with a trail, without which no call is an event. @default true */
  readonly trail?: boolean | undefined;
  /** What AWS leaves open: what the start of an evaluation sends to a rule with both triggers. @default 'schedule' */
  readonly evaluationStart?: EvaluationStart | undefined;
  /** What AWS leaves open: whether a result of an earlier instant than the one held is ignored. @default true */
  readonly dropsOlderResults?: boolean | undefined;
};

/** Serves an account: at an endpoint of its own, or at that of the one that it is beside. */
const serve = async (
  called: CalledAccount,
  { beside, port, advance }: LocalAccountOptions,
  now: () => Date,
) => {
  if (beside === undefined) {
    const server = await startServer({ ...called, port, now, clock: advance && { now, advance } });
    return { server, leave: server.close };
  }
  const { server } = beside;
  server.join(called);
  return { server, leave: async () => server.leave(called) };
};

/** What every service stands on: who calls, what fails, and where the account listens. */
export const createFoundation = async (options: LocalAccountOptions) => {
  const { now = () => new Date(), wait = waitInRealTime, slowDown = inRealTime } = options;
  const { accountId = '123456789012', region = 'us-east-1' } = options;
  const closing = new AbortController();
  const faults = createFaults();
  const dispatcher = createDispatcher(faults, now);
  const roles = createRoles({
    accountId,
    operatorKeyId: options.beside && `AKIAOPER${accountId}`,
  });
  const called = { accountId, dispatcher, principalOf: roles.principalOf };
  const { server, leave } = await serve(called, options, now);
  const { automation: settings, ...given } = options;
  const shared = { ...given, now, wait, slowDown, accountId, region, settings };
  const { endpoint } = server;
  return {
    ...shared,
    faults,
    dispatcher,
    roles,
    server,
    leave,
    endpoint,
    closing,
    closed: closing.signal,
  };
};

export type Foundation = Awaited<ReturnType<typeof createFoundation>>;

const FromRule = v.object({ configRuleArn: v.string() });
const Started = v.object({ AutomationExecutionId: v.string() });

/** The services of one account, wired to each other as they are in AWS. */
export const createServices = (foundation: Foundation) => {
  const { dispatcher, accountId } = foundation;
  const iam = createIam(foundation);
  const sqs = createSqs(foundation);
  const sns = createSns(foundation);
  const lambda = createLambda({ ...foundation, sendToQueue: sqs.sendForLambda });
  const ssm = createSsm(foundation);
  const sts = createSts(foundation);
  const trails = createTrails(foundation);
  const securityHub = createSecurityHub(foundation);
  const config = createConfig({
    ...foundation,
    iam,
    invokeFunction: (functionArn, event) =>
      lambda.invokeEvent(functionArn, event, {
        Principal: 'config.amazonaws.com',
        SourceAccount: accountId,
        SourceArn: v.parse(FromRule, event).configRuleArn,
      }),
    startAutomation: async (input) => {
      const request = { service: 'ssm', operation: 'StartAutomationExecution' } as const;
      const output = await dispatcher.call({ ...request, input, principal: 'operator' });
      return v.parse(Started, output).AutomationExecutionId;
    },
    putEvent: (event) => eventServices.events.put(event),
    automationExecution: ssm.execution,
    isResting: ssm.isResting,
  });
  dispatcher.register('iam', iam.operations);
  dispatcher.register('lambda', lambda.operations);
  dispatcher.register('ssm', ssm.operations);
  dispatcher.register('config', config.operations);
  dispatcher.register('sts', sts.operations);
  dispatcher.register('sqs', sqs.operations);
  dispatcher.register('sns', sns.operations);
  dispatcher.register('securityhub', securityHub.operations);
  const eventServices = createEventServices(foundation, { trails, sqs, lambda });
  return { iam, lambda, ssm, config, securityHub, sqs, sns, ...eventServices };
};
