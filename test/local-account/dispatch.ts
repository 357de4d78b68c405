import * as v from 'valibot';

/** The AWS services of the account, by their endpoint prefix. */
export type ServiceName =
  | 'iam'
  | 'sts'
  | 'config'
  | 'ssm'
  | 'lambda'
  | 'cloudtrail'
  | 'securityhub'
  | 'sqs'
  | 'sns'
  | 'organizations';

/** One API call; `principal` is the name of a role, or `operator`. */
export type Call = {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: unknown;
  readonly principal: string;
  /** The Region that the request was signed for. @default the Region of the account */
  readonly region?: string | undefined;
  /** The access key that signed the request. @default none: the call did not come over the wire */
  readonly accessKeyId?: string | undefined;
  /** The user agent of the request. @default that of the account itself */
  readonly userAgent?: string | undefined;
  readonly at: Date;
  readonly errorCode?: string;
};

/** An error response of an AWS service. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  readonly statusCode: number;

  constructor(code: string, message: string, statusCode = 400) {
    super(message);
    this.code = code;
    this.statusCode = statusCode;
  }
}

/** Fails the `nth` matching call, counted from 1, or with `always` that call and every later one. */
type Fault = {
  readonly service: Call['service'];
  readonly operation: string;
  readonly nth?: number;
  readonly always?: boolean;
  readonly error: ServiceError;
};

/** Limits the calls of one service to `perSecond` sustained and `burst` at once. */
type Throttle = {
  readonly service: Call['service'];
  readonly perSecond: number;
  readonly burst: number;
};

const createBucket = ({ perSecond, burst }: Throttle) => {
  let tokens = burst;
  let filledAt = performance.now();
  return () => {
    const now = performance.now();
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};

/** Creates failures on demand: a failing call, throttling, and a fixed latency. */
export const createFaults = () => {
  const faults: { fault: Fault; seen: number }[] = [];
  const buckets = new Map<Call['service'], () => boolean>();
  let latencyMilliseconds = 0;

  return {
    fail: (fault: Fault) => void faults.push({ fault, seen: 0 }),
    throttle: (throttle: Throttle) => void buckets.set(throttle.service, createBucket(throttle)),
    delay: (milliseconds: number) => {
      latencyMilliseconds = milliseconds;
    },
    clear: () => {
      faults.length = 0;
      buckets.clear();
      latencyMilliseconds = 0;
    },
    apply: async (call: Call) => {
      if (latencyMilliseconds > 0)
        await new Promise((resolve) => setTimeout(resolve, latencyMilliseconds));
      if (buckets.get(call.service)?.() === false) {
        const code = call.service === 'iam' ? 'Throttling' : 'ThrottlingException';
        throw new ServiceError(code, 'Rate exceeded');
      }
      for (const entry of faults) {
        if (entry.fault.service !== call.service || entry.fault.operation !== call.operation)
          continue;
        entry.seen += 1;
        const nth = entry.fault.nth ?? 1;
        if (entry.seen === nth || (entry.fault.always === true && entry.seen > nth))
          throw entry.fault.error;
      }
    },
  };
};

export type Faults = ReturnType<typeof createFaults>;

/** An operation of a service. It returns an output or throws a `ServiceError`. */
export type Operation = (input: unknown, principal: string, region?: string) => unknown;

/** How a call ended: with an output or with an error. */
export type Ending = { readonly output: unknown } | { readonly error: ServiceError };
type AnswerListener = (call: Call, ending: Ending) => void;

/** Creates operations that accept exactly the members of their schema and refuse anything else with `errorCode`. */
export const operationWith =
  (errorCode: string) =>
  <Schema extends v.GenericSchema>(
    schema: Schema,
    run: (input: v.InferOutput<Schema>, principal: string, region?: string) => unknown,
  ): Operation =>
  (input, principal, region) => {
    const parsed = v.safeParse(schema, input);
    if (parsed.success) return run(parsed.output, principal, region);
    const issue = parsed.issues[0];
    const where = v.getDotPath(issue) ?? 'input';
    throw new ServiceError(errorCode, `${where}: ${issue.message}`);
  };

/** Creates an operation that refuses a wrong input with ValidationException. */
export const operation = operationWith('ValidationException');

/** Creates the dispatcher, which records every call of the wire, of runbooks and of tests, and runs its operation. */
export const createDispatcher = (faults: Faults, now: () => Date) => {
  const services = new Map<ServiceName, Readonly<Record<string, Operation>>>();
  const calls: Call[] = [];
  const listeners: AnswerListener[] = [];
  const notify: AnswerListener = (call, ending) => {
    for (const listener of listeners) listener(call, ending);
  };

  const run = async (call: Call) => {
    await faults.apply(call);
    const found = services.get(call.service)?.[call.operation];
    if (found === undefined) {
      const message = `the local account has no ${call.service}:${call.operation}`;
      throw new ServiceError('UnknownOperationException', message, 404);
    }
    return found(call.input, call.principal, call.region);
  };

  return {
    calls: calls as readonly Call[],
    /** Calls `listener` after every call, with its output or error. */
    onAnswer: (listener: AnswerListener) => void listeners.push(listener),
    register: (service: ServiceName, operations: Readonly<Record<string, Operation>>) => {
      services.set(service, { ...services.get(service), ...operations });
    },
    call: async (request: Omit<Call, 'at' | 'errorCode'>): Promise<unknown> => {
      const call = { ...request, at: now() };
      const index = calls.push(call) - 1;
      try {
        const output = await run(call);
        notify(call, { output });
        return output;
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        calls[index] = { ...call, errorCode: error.code };
        notify(call, { error });
        throw error;
      }
    },
  };
};

export type Dispatcher = ReturnType<typeof createDispatcher>;
