import { inRealTime, type SlowDown, type Wait, waitInRealTime } from './clock.ts';
import type { EvaluationStart } from './config/deliveries.ts';
import { createDispatcher } from './dispatch.ts';
import { createFaults } from './faults.ts';
import { createRoles } from './roles.ts';
import type { ActionSettings } from './ssm/action.ts';
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
