import * as v from 'valibot';
import { ServiceError } from '../dispatch.ts';
import { type CallingService, isArnLike, wholeNumber } from '../request.ts';

const RESERVED = /^(AWS_|LAMBDA_|_HANDLER$|TZ$)/;

const FunctionConfiguration = v.strictObject({
  FunctionName: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  directory: v.string(),
  Handler: v.pipe(v.string(), v.regex(/^[^\s.]+\.[^\s.]+$/, 'expected file.export')),
  Runtime: v.pipe(v.string(), v.regex(/^nodejs\d+\.x$/, 'expected a Node.js runtime')),
  Role: v.string(),
  Timeout: v.optional(wholeNumber(1, 900), 3),
  MemorySize: v.optional(wholeNumber(128, 10_240), 128),
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
  ReservedConcurrentExecutions: v.optional(wholeNumber(0)),
  deadLetterTargetArn: v.optional(v.string()),
});

/** The configuration of a deployed function; `directory` contains its code. */
export type FunctionConfiguration = v.InferOutput<typeof FunctionConfiguration>;

const PermissionStatement = v.strictObject({
  FunctionName: v.string(),
  Action: v.literal('lambda:InvokeFunction'),
  Principal: v.string(),
  SourceAccount: v.optional(v.string()),
  SourceArn: v.optional(v.string()),
});
type PermissionStatement = v.InferOutput<typeof PermissionStatement>;

const allows = (statement: PermissionStatement, service: CallingService) =>
  statement.Principal === service.Principal &&
  (statement.SourceAccount ?? service.SourceAccount) === service.SourceAccount &&
  isArnLike(service.SourceArn, statement.SourceArn ?? '*');

/** Creates the functions of one account and Region, with their resource policies. */
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
    /** Whether a function has this ARN. */
    exists: (arn: string) => [...byName.keys()].some((name) => functionArn(name) === arn),
    /** Creates or replaces a function. */
    create: (configuration: v.InferInput<typeof FunctionConfiguration>) => {
      const created = v.parse(FunctionConfiguration, configuration);
      byName.set(created.FunctionName, created);
      return { FunctionName: created.FunctionName, Arn: functionArn(created.FunctionName) };
    },
    /** Creates an AWS::Lambda::Permission from its properties. */
    addPermission: (properties: unknown) => {
      const statement = v.parse(PermissionStatement, properties);
      const { FunctionName } = named(statement.FunctionName);
      statements.push({ ...statement, FunctionName });
    },
    /** Whether the resource policy of a function allows a service to invoke it. */
    isInvocableBy: (nameOrArn: string, service: CallingService) => {
      const { FunctionName } = named(nameOrArn);
      return statements.some((one) => one.FunctionName === FunctionName && allows(one, service));
    },
  };
};

export type Functions = ReturnType<typeof createFunctions>;
