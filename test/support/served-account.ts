import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import { createCloudTrail } from '../local-account/cloudtrail/cloudtrail.ts';
import { createConfig } from '../local-account/config/config.ts';
import { createDispatcher, createFaults } from '../local-account/dispatch.ts';
import { createIam } from '../local-account/iam/iam.ts';
import { createRoles } from '../local-account/sts/sts.ts';
import { startServer } from '../local-account/wire/server.ts';

/** The event of an invocation of a rule. */
export type Delivered = Record<string, unknown> & { invokingEvent: string; resultToken: string };

export const RULE_NAME = 'iam-user-single-access-key';
const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:rule';

/** Returns the properties of a rule with both triggers, or with the given ones. */
export const ruleProperties = (...messageTypes: string[]) => ({
  ConfigRuleName: RULE_NAME,
  Source: {
    Owner: 'CUSTOM_LAMBDA',
    SourceIdentifier: FUNCTION_ARN,
    SourceDetails: (messageTypes.length > 0
      ? messageTypes
      : ['ConfigurationItemChangeNotification', 'ScheduledNotification']
    ).map((MessageType) => ({ EventSource: 'aws.config', MessageType })),
  },
});

export const remediationProperties = {
  ConfigRuleName: RULE_NAME,
  TargetType: 'SSM_DOCUMENT',
  TargetId: 'DeactivateAccessKey',
  Parameters: {
    UserId: { ResourceValue: { Value: 'RESOURCE_ID' } },
    AutomationAssumeRole: { StaticValue: { Values: ['arn:aws:iam::123456789012:role/runbook'] } },
  },
};

/** The dependencies of an event history. */
type HistoryDeps = {
  readonly dispatcher: ReturnType<typeof createDispatcher>;
  readonly now: () => Date;
  readonly roles: ReturnType<typeof createRoles>;
  readonly pageSize?: number | undefined;
  readonly accountId?: string;
};

/** An event history in which half a second passes between two calls: LookupEvents admits two a second. */
export const createHistory = ({ dispatcher, now, ...deps }: HistoryDeps) => {
  let passed = 0;
  return createCloudTrail({
    now: () => {
      passed += 500;
      return new Date(now().getTime() + passed);
    },
    wait: async () => {},
    accountId: '123456789012',
    ...deps,
    region: 'us-east-1',
    closed: new AbortController().signal,
    isLogging: () => false,
    putEvent: () => {},
    onAnswer: dispatcher.onAnswer,
  });
};

/** Serves IAM, Config and an event history on loopback. The test moves the clock and handles invocations. */
export const serveAccount = async (
  options: Partial<Omit<Parameters<typeof createConfig>[0], 'iam' | 'now' | 'accountId'>> = {},
) => {
  const clock = { now: new Date('2026-01-31T12:00:00.000Z') };
  const now = () => clock.now;
  const faults = createFaults();
  const dispatcher = createDispatcher(faults, now);
  const roles = createRoles({ accountId: '123456789012' });
  const cloudtrail = createHistory({ dispatcher, now, roles, pageSize: options.pageSize });
  const iam = createIam({ now, accountId: '123456789012', ...options });
  const delivered: Delivered[] = [];
  const rule = { whenInvoked: async (_event: Delivered) => {} };
  const config = createConfig({
    now,
    accountId: '123456789012',
    region: 'us-east-1',
    iam,
    invokeFunction: async (_functionArn, event) => {
      delivered.push(event as Delivered);
      await rule.whenInvoked(event as Delivered);
    },
    startAutomation: async () => 'execution-1',
    automationExecution: () => ({ AutomationExecutionStatus: 'Success' }),
    ...options,
  });
  dispatcher.register('iam', iam.operations);
  dispatcher.register('config', config.operations);
  dispatcher.register('cloudtrail', cloudtrail.operations);
  const principalOf = (accessKeyId: string) => (accessKeyId === 'RULE' ? 'rule-role' : 'operator');
  const server = await startServer({ dispatcher, principalOf });
  const client = {
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'RULE', secretAccessKey: 'any' },
    maxAttempts: 1,
  };
  return {
    ...{ clock, faults, dispatcher, roles, iam, config, cloudtrail, rule, delivered },
    endpoint: server.endpoint,
    iamClient: new IAMClient(client),
    configClient: new ConfigServiceClient(client),
    close: server.close,
  };
};

export type ServedAccount = Awaited<ReturnType<typeof serveAccount>>;
