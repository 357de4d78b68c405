import { createActions } from '../../remediation/automatic/actions.ts';
import { createHandler as createAutomatic } from '../../remediation/automatic/handler.ts';
import { parseAutomaticSettings } from '../../remediation/automatic/settings.ts';
import { createPublish, createReadExecution } from '../../remediation/messages/calls.ts';
import { createHandler as createMessenger } from '../../remediation/messages/handler.ts';
import { parseMessageSettings } from '../../remediation/messages/settings.ts';
import { createHandler as createPlanner } from '../../remediation/planner/handler.ts';
import { HISTORY_LIMITS } from '../../remediation/planner/make-plan.ts';
import { parseEnvironment } from '../../remediation/plans/input.ts';
import { createClients } from '../../rule/aws/clients.ts';
import { createEventHistory, createKeyEvents } from '../../rule/aws/cloudtrail.ts';
import { createHandler as createRule } from '../../rule/evaluation/handler.ts';
import { inactiveAccessKeyRule } from '../../rule/inactive-access-key/rule.ts';
import { createHandler as createStarter } from '../../rule/key-events/handler.ts';
import { parseTriggerSettings } from '../../rule/key-events/settings.ts';
import { createHandler as createTeller } from '../../rule/security-hub/handler.ts';
import { createSecurityHub } from '../../rule/security-hub/security-hub.ts';
import { parseFindingSettings } from '../../rule/security-hub/settings.ts';
import { singleAccessKeyRule } from '../../rule/single-access-key/rule.ts';
import { runWork } from './virtual-time.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Context = { readonly getRemainingTimeInMillis: () => number };
type Handle = (event: unknown, context: Context) => Promise<unknown>;

const now = () => new Date();
const clientsOf = (requestTimeout?: number) =>
  createClients({ writeLine: () => {}, requestTimeout });
const withHistory = (limits?: Partial<typeof HISTORY_LIMITS>) => {
  const clients = clientsOf();
  return { ...clients, readHistory: createEventHistory('us-east-1', clients.countCalls, limits) };
};

/** Creates the handler of each function like its `index.ts` does, by the id of its construct. */
const MAKE = {
  RuleEvaluator: (): Handle => createRule({ ...clientsOf(), now }, singleAccessKeyRule),
  InactiveRuleEvaluator: (): Handle => createRule({ ...withHistory(), now }, inactiveAccessKeyRule),
  PlannerFunction: (environment: Environment): Handle => {
    const clients = withHistory(HISTORY_LIMITS);
    const readKeyEvents = createKeyEvents(clients.countCalls);
    return createPlanner({ ...clients, readKeyEvents, ...parseEnvironment(environment), now });
  },
  AutomaticDeactivation: (environment: Environment): Handle => {
    const clients = withHistory({ maximumSeconds: HISTORY_LIMITS.maximumSeconds });
    return createAutomatic({
      ...clients,
      actions: createActions(clients.countCalls),
      settings: parseAutomaticSettings(environment),
      now,
    });
  },
  MessagesPublisher: (environment: Environment): Handle => {
    const clients = withHistory(HISTORY_LIMITS);
    return createMessenger({
      ...clients,
      readExecution: createReadExecution(clients.countCalls),
      publish: createPublish(clients.countCalls),
      settings: parseMessageSettings({ AWS_REGION: 'us-east-1', ...environment }),
      now,
    });
  },
  KeyEventsStarter: (environment: Environment): Handle =>
    createStarter({ ...clientsOf(4_000), settings: parseTriggerSettings(environment), now }),
  FindingsImporter: (environment: Environment): Handle => {
    const settings = parseFindingSettings(environment);
    const { countCalls, ...clients } = clientsOf();
    return createTeller({
      ...clients,
      securityHub: createSecurityHub(settings.place, countCalls),
      settings,
      now,
    });
  },
} as const;

/** The construct id of a function. */
export type FunctionId = keyof typeof MAKE;

/** Returns the construct id of a function name. */
export const idOf = (functionName: string): FunctionId => {
  const found = Object.keys(MAKE).find((id) => functionName.includes(`-${id}`));
  if (found === undefined) throw new Error(`expected a function of the stack, got ${functionName}`);
  return found as FunctionId;
};

/** The configuration of a function. */
type Deployed = {
  readonly id: FunctionId;
  readonly environment: Environment;
  readonly timeoutSeconds: number;
};

/**
 * Creates a function that runs in this process. Its SDK clients live from one invocation to the next, until one times out.
 */
export const createWarmFunction = ({ id, environment, timeoutSeconds }: Deployed) => {
  let handle: Handle | undefined;
  return async (event: unknown): Promise<unknown> => {
    handle ??= MAKE[id](environment);
    const running = handle;
    const state = { isOver: false };
    const deadline = Date.now() + timeoutSeconds * 1000;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeUp = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        state.isOver = true;
        handle = undefined;
        reject(new Error(`Task timed out after ${timeoutSeconds.toFixed(2)} seconds`));
      }, timeoutSeconds * 1000);
    });
    const context = { getRemainingTimeInMillis: () => deadline - Date.now() };
    try {
      return await Promise.race([runWork(state, () => running(event, context)), timeUp]);
    } finally {
      clearTimeout(timer);
    }
  };
};
