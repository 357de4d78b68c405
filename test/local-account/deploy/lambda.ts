import * as v from 'valibot';
import { directoryOfInlineCode } from './inline-code.ts';
import type { Make } from './resources.ts';

const FunctionProperties = v.strictObject({
  Architectures: v.optional(v.strictTuple([v.picklist(['arm64', 'x86_64'])])),
  Code: v.union([
    v.strictObject({ S3Bucket: v.string(), S3Key: v.string() }),
    v.strictObject({ ZipFile: v.pipe(v.string(), v.nonEmpty()) }),
  ]),
  DeadLetterConfig: v.optional(v.strictObject({ TargetArn: v.string() })),
  Description: v.optional(v.pipe(v.string(), v.maxLength(256))),
  Environment: v.optional(
    v.strictObject({ Variables: v.optional(v.record(v.string(), v.string()), {}) }),
    {},
  ),
  FunctionName: v.optional(v.string()),
  Handler: v.string(),
  LoggingConfig: v.optional(
    v.strictObject({
      LogGroup: v.optional(v.string()),
      LogFormat: v.optional(v.picklist(['Text', 'JSON'])),
    }),
  ),
  MemorySize: v.optional(v.number()),
  Role: v.string(),
  Runtime: v.string(),
  Tags: v.optional(v.unknown()),
  Timeout: v.optional(v.number()),
});

/** AWS::Lambda::Function: its code is an asset of the stack or in its template, and its role must trust Lambda. */
export const makeFunction: Make = ({ account, generatedName, properties, assetDirectory }) => {
  const given = v.parse(FunctionProperties, properties);
  account.roles.assumedBy('lambda.amazonaws.com', given.Role);
  const { FunctionName, Arn } = account.lambda.functions.create({
    FunctionName: given.FunctionName ?? generatedName,
    directory:
      'ZipFile' in given.Code
        ? directoryOfInlineCode(given.Code.ZipFile)
        : assetDirectory(given.Code.S3Key),
    Handler: given.Handler,
    Runtime: given.Runtime,
    Role: given.Role,
    Timeout: given.Timeout,
    MemorySize: given.MemorySize,
    Environment: given.Environment.Variables,
    deadLetterTargetArn: given.DeadLetterConfig?.TargetArn,
  });
  return { Ref: FunctionName, attributes: { Arn } };
};

/** AWS::Lambda::Permission */
export const makePermission: Make = ({ account, generatedName, properties }) => {
  account.lambda.functions.addPermission(properties);
  return { Ref: generatedName, attributes: {} };
};
