import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { isArnLike } from '../request.ts';
import {
  type Behaviour,
  createEvents,
  createInvocations,
  type InvocationDeps,
  type SendToQueue,
} from './invocations.ts';

const RESERVED = /^(AWS_|LAMBDA_|_HANDLER$|TZ$)/;

/** What a function is deployed with; `directory` holds the code of its asset. */
export const FunctionConfiguration = v.strictObject({
  FunctionName: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  directory: v.string(),
  Handler: v.pipe(v.string(), v.regex(/^[^\s.]+\.[^\s.]+$/, 'expected file.export')),
  Runtime: v.pipe(v.string(), v.regex(/^nodejs\d+\.x$/, 'expected a Node.js runtime')),
  Role: v.string(),
  Timeout: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(900)), 3),
  MemorySize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(128), v.maxValue(10_240)), 128),
  Environment: v.optional(
    v.record(
      v.pipe(
        v.string(),
        v.check((name) => !RESERVED.test(name), 'expected a name that Lambda does not set itself'),
      ),
      v.string(),
    ),
    {},
  ),
  deadLetterTargetArn: v.optional(v.string()),
});
export type FunctionConfiguration = v.InferOutput<typeof FunctionConfiguration>;

/** One statement of a function's resource policy. */
const PermissionStatement = v.strictObject({
  FunctionName: v.string(),
  Action: v.literal('lambda:InvokeFunction'),
  Principal: v.string(),
  SourceAccount: v.optional(v.string()),
  SourceArn: v.optional(v.string()),
});
type PermissionStatement = v.InferOutput<typeof PermissionStatement>;

/** The service that invokes a function, and on whose behalf. */
export type InvokingService = {
  readonly Principal: string;
  readonly SourceAccount: string;
  readonly SourceArn: string;
};

const allows = (statement: PermissionStatement, service: InvokingService) =>
  statement.Principal === service.Principal &&
  (statement.SourceAccount ?? service.SourceAccount) === service.SourceAccount &&
  isArnLike(service.SourceArn, statement.SourceArn ?? '*');

/** The functions of one account and Region, and who may invoke them. */
export const createFunctions = (functionArn: (FunctionName: string) => string) => {
  const byName = new Map<string, FunctionConfiguration>();
  const statements: PermissionStatement[] = [];

  const named = (nameOrArn: string): FunctionConfiguration => {
    const name = nameOrArn.split(':function:').at(-1) ?? '';
    const found = byName.get(name);
    if (found !== undefined && [name, functionArn(name)].includes(nameOrArn)) return found;
    const message = `Function not found: ${nameOrArn.includes(':') ? nameOrArn : functionArn(nameOrArn)}`;
    throw new ServiceError('ResourceNotFoundException', message, 404);
  };

  return {
    named,
    /** Whether there is a function of that ARN. */
    exists: (arn: string) => [...byName.keys()].some((name) => functionArn(name) === arn),
    /** Takes the configuration of an AWS::Lambda::Function. */
    create: (configuration: v.InferInput<typeof FunctionConfiguration>) => {
      const created = v.parse(FunctionConfiguration, configuration);
      byName.set(created.FunctionName, created);
      return { FunctionName: created.FunctionName, Arn: functionArn(created.FunctionName) };
    },
    /** Takes the properties of an AWS::Lambda::Permission. */
    addPermission: (properties: unknown) => {
      const statement = v.parse(PermissionStatement, properties);
      const { FunctionName } = named(statement.FunctionName);
      statements.push({ ...statement, FunctionName });
    },
    /** Whether the function's resource policy lets a service invoke it. */
    isInvocableBy: (nameOrArn: string, service: InvokingService) => {
      const { FunctionName } = named(nameOrArn);
      return statements.some((one) => one.FunctionName === FunctionName && allows(one, service));
    },
  };
};

export type Functions = ReturnType<typeof createFunctions>;

/** How much of the log an answer carries. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const LOG_RESULT_BYTES = 4096;

const Invoke = v.strictObject({
  FunctionName: v.pipe(v.string(), v.minLength(1), v.maxLength(170)),
  InvocationType: v.optional(v.literal('RequestResponse'), 'RequestResponse'),
  Payload: v.optional(v.string(), ''),
});

const parsePayload = (payload: string): unknown => {
  try {
    return JSON.parse(payload || '{}');
  } catch {
    const got = JSON.stringify(payload.slice(0, 40));
    const message = `Could not parse request body into json: expected JSON, got ${got}`;
    throw new ServiceError('InvalidRequestContentException', message);
  }
};

type LambdaDeps = Omit<InvocationDeps, 'arnOf'> & {
  readonly accountId: string;
  /** Where dead letters go. @default nowhere */
  readonly sendToQueue?: SendToQueue;
};

/** Lambda of one account and Region. */
export const createLambda = (deps: LambdaDeps) => {
  const arnOf = (name: string) =>
    `arn:aws:lambda:${deps.region}:${deps.accountId}:function:${name}`;
  const functions = createFunctions(arnOf);
  const invocations = createInvocations({ ...deps, arnOf });

  const invoke = (nameOrArn: string, event: unknown, invoker: string) =>
    invocations.run(functions.named(nameOrArn), event, invoker);

  const answer = async (input: v.InferOutput<typeof Invoke>, principal: string) => {
    const event = parsePayload(input.Payload);
    const { result, lines } = await invoke(input.FunctionName, event, principal);
    const log = Buffer.from(lines.join('\n')).subarray(-LOG_RESULT_BYTES);
    return { StatusCode: 200, ...result, LogResult: log.toString('base64') };
  };

  return {
    operations: { Invoke: operation(Invoke, answer) },
    functions,
    /** Runs a function and waits for its answer; `invoker` is who asked. */
    invoke,
    ...createEvents(functions, invoke, deps.sendToQueue),
    invocations: invocations.record,
    /** Lets a test decide what a function does, until it is given its code back with `undefined`. */
    override: (nameOrArn: string, behaviour: Behaviour | undefined) => {
      const { FunctionName } = functions.named(nameOrArn);
      if (behaviour === undefined) invocations.behaviours.delete(FunctionName);
      else invocations.behaviours.set(FunctionName, behaviour);
    },
    close: invocations.close,
  };
};

export type Lambda = ReturnType<typeof createLambda>;
