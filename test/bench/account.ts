import { createConfig } from '../local-account/config/config.ts';
import { createDispatcher, createFaults } from '../local-account/dispatch.ts';
import { createIam } from '../local-account/iam/iam.ts';
import { startServer } from '../local-account/wire/server.ts';
import { RULE_NAME, ruleProperties } from '../support/served-account.ts';

/** Latency of every call in milliseconds. */
export const LATENCY_MILLISECONDS = 20;

/** The calls that a throttled IAM admits: each second, and in a burst. */
export const THROTTLE = { service: 'iam', perSecond: 20, burst: 40 } as const;

const DAY = 86_400_000;
const accountId = '123456789012';
const region = 'us-east-1';

/** Invokes the function of the rule. */
export type InvokeFunction = (event: unknown, endpoint: string) => Promise<void>;

/** The users, the dispatcher of calls, and the function that Config invokes. */
type Served = {
  readonly dispatcher: ReturnType<typeof createDispatcher>;
  readonly iam: ReturnType<typeof createIam>;
  readonly invokeFunction: InvokeFunction;
};

/** Serves IAM and Config on loopback, with one scheduled rule. */
export const serveRule = async ({ dispatcher, iam, invokeFunction }: Served) => {
  const server = await startServer({ dispatcher, principalOf: () => 'bench' });
  const config = createConfig({
    now: () => new Date(),
    accountId,
    region,
    iam,
    invokeFunction: (_functionArn, event) => invokeFunction(event, server.endpoint),
    startAutomation: async () => 'never',
    automationExecution: () => ({ AutomationExecutionStatus: 'Success' }),
  });
  config.putConfigRule(ruleProperties('ScheduledNotification'));
  dispatcher.register('iam', iam.operations);
  dispatcher.register('config', config.operations);
  return { config, close: server.close, sweep: () => config.deliverSchedule(RULE_NAME) };
};

/**
 * Serves an account with so many users on loopback. Every tenth user has two active keys, one of them abandoned.
 */
export const serveAccount = async (userCount: number, invokeFunction: InvokeFunction) => {
  const now = () => new Date();
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY);
  const lastUsed = { ServiceName: 's3', Region: region, LastUsedDate: daysAgo(1) };
  const inUse = { CreateDate: daysAgo(100), lastUsed };
  const abandoned = { CreateDate: daysAgo(400) };
  const faults = createFaults();
  faults.delay(LATENCY_MILLISECONDS);
  const dispatcher = createDispatcher(faults, now);
  const iam = createIam({ now, accountId });
  for (let index = 0; index < userCount; index += 1)
    iam.seedUser({
      UserName: `user-${index}`,
      keys: index % 10 === 0 ? [abandoned, inUse] : [inUse],
    });
  const { close, sweep } = await serveRule({ dispatcher, iam, invokeFunction });

  return {
    faults,
    calls: dispatcher.calls,
    close,
    sweep,
    /** Gives every hundredth user a second key and returns the number of these users. */
    changeOnePercent: async () => {
      const users = [...iam.users.values()].filter((_, index) => index % 100 === 1);
      for (const { UserName } of users)
        await iam.operations['CreateAccessKey']?.({ UserName }, 'operator');
      return users.length;
    },
  };
};
