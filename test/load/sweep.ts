import {
  type InvokeFunction,
  LATENCY_MILLISECONDS,
  serveRule,
  THROTTLE,
} from '../bench/account.ts';
import type { Bundle } from '../bench/bundles.ts';
import { runOnce } from '../bench/process.ts';
import {
  type Call,
  createDispatcher,
  createFaults,
  ServiceError,
} from '../local-account/dispatch.ts';
import { createIam } from '../local-account/iam/iam.ts';
import { RULE_NAME } from '../support/served-account.ts';

const DAY = 86_400_000;
const accountId = '123456789012';
const region = 'us-east-1';

/** Which calls are refused: half of all calls at random, or the IAM calls that exceed a token bucket. */
export type Refusals = 'half at random' | 'token bucket';

/** Creates a seeded generator of numbers from 0 to 1. */
const createRandom = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** One of so many users has two active keys. The others have one active and one inactive key. */
const USERS_PER_VIOLATION = 10;

/** The result that Config must hold for a user, and the key that its annotation must name. */
type Expected = { readonly ComplianceType: string; readonly named?: string | undefined };

const seedUsers = (iam: ReturnType<typeof createIam>, userCount: number) => {
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY);
  const lastUsed = { ServiceName: 's3', Region: region, LastUsedDate: daysAgo(1) };
  const inUse = { CreateDate: daysAgo(100), lastUsed };
  const expected = new Map<string, Expected>();
  for (let index = 0; index < userCount; index += 1) {
    const violates = index % USERS_PER_VIOLATION === 0;
    const other = { CreateDate: daysAgo(400), Status: violates ? 'Active' : 'Inactive' } as const;
    const { UserId, keys } = iam.seedUser({ UserName: `user-${index}`, keys: [other, inUse] });
    const ComplianceType = violates ? 'NON_COMPLIANT' : 'COMPLIANT';
    expected.set(UserId, { ComplianceType, named: violates ? keys[0]?.AccessKeyId : undefined });
  }
  return expected;
};

/** Creates the faults of an account whose time passes `speed` times as fast as real time. */
const createRefusals = (refusals: Refusals, speed: number) => {
  const faults = createFaults();
  faults.delay(LATENCY_MILLISECONDS / speed);
  if (refusals === 'token bucket')
    faults.throttle({ ...THROTTLE, perSecond: THROTTLE.perSecond * speed });
  const random = createRandom(20_260_131);
  const apply = async (call: Call) => {
    await faults.apply(call);
    if (refusals === 'half at random' && random() < 0.5) {
      const code = call.service === 'iam' ? 'Throttling' : 'ThrottlingException';
      throw new ServiceError(code, 'Rate exceeded');
    }
  };
  return { ...faults, apply };
};

/** The size of the account, its refusals, and the speed of its time. */
type Load = {
  readonly userCount: number;
  readonly refusals: Refusals;
  readonly speed: number;
};

type Result = {
  readonly ComplianceType: string;
  readonly Annotation?: string;
  readonly EvaluationResultIdentifier: {
    readonly EvaluationResultQualifier: { readonly ResourceId: string };
  };
};

/** Serves an account on loopback that refuses calls and has two keys per user. */
const serveLoad = async ({ userCount, refusals, speed }: Load, invokeFunction: InvokeFunction) => {
  const now = () => new Date();
  const dispatcher = createDispatcher(createRefusals(refusals, speed), now);
  const iam = createIam({ now, accountId });
  const expected = seedUsers(iam, userCount);
  const { config, close, sweep } = await serveRule({ dispatcher, iam, invokeFunction });

  const held = (): readonly Result[] => {
    const results: Result[] = [];
    let NextToken: string | undefined;
    do {
      const input = { ConfigRuleName: RULE_NAME, Limit: 100, NextToken };
      const page = config.operations.GetComplianceDetailsByConfigRule(input, 'load') as {
        readonly EvaluationResults: readonly Result[];
        readonly NextToken?: string;
      };
      results.push(...page.EvaluationResults);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return results;
  };

  return {
    calls: dispatcher.calls,
    close,
    sweep,
    /** Counts the users with a wrong result and the results of unknown users. */
    wrong: (): number => {
      const results = held();
      const right = results.filter(({ ComplianceType, Annotation = '', ...result }) => {
        const id = result.EvaluationResultIdentifier.EvaluationResultQualifier.ResourceId;
        const { ComplianceType: type, named } = expected.get(id) ?? {};
        return type === ComplianceType && Annotation.includes(named ? `Deactivate ${named}` : '');
      });
      return Math.max(expected.size, results.length) - right.length;
    },
  };
};

/** Measurements and outcome of a sweep under load. */
type Loaded = {
  /** Duration in seconds of the account's time. */
  readonly seconds: number;
  /** Largest resident set of the function's process in MB. */
  readonly peakMegabytes: number;
  readonly calls: number;
  readonly refused: number;
  /** Number of users with a wrong result. */
  readonly wrong: number;
};

/**
 * Sweeps an account that refuses calls. The function runs in its own process.
 *
 * @throws if the function fails
 */
export const sweepUnderLoad = async (bundle: Bundle, load: Load): Promise<Loaded> => {
  const { speed } = load;
  let [seconds, peakMegabytes] = [Number.NaN, Number.NaN];
  const account = await serveLoad(load, async (event, endpoint) => {
    const measure = await runOnce(process.execPath, bundle, { event, endpoint, speed });
    seconds = (measure.importMilliseconds + measure.milliseconds) / 1_000;
    peakMegabytes = measure.peakMegabytes;
  });
  try {
    await account.sweep();
    const { calls } = account;
    const refused = calls.filter(({ errorCode }) => errorCode !== undefined).length;
    return { seconds, peakMegabytes, calls: calls.length, refused, wrong: account.wrong() };
  } finally {
    await account.close();
  }
};
