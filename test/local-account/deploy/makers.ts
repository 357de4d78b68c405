import * as v from 'valibot';
import { ServiceError } from '../dispatch.ts';
import { directoryOfInlineCode } from './assets.ts';
import { makeAlarm, makeDashboard } from './cloudwatch.ts';
import { type Make, makeLogGroup, makePolicy, makeRole } from './resources.ts';

const QueuePolicyProperties = v.strictObject({
  PolicyDocument: v.unknown(),
  Queues: v.pipe(v.array(v.string()), v.minLength(1)),
});

/** AWS::SQS::Queue */
export const makeQueue: Make = ({ account, generatedName, properties }) => {
  const { arn, properties: made } = account.sqs.create({ QueueName: generatedName, ...properties });
  const { QueueName } = made;
  const QueueUrl = account.sqs.urlOf(QueueName);
  return { Ref: QueueUrl, attributes: { Arn: arn, QueueName, QueueUrl } };
};

/** AWS::SQS::QueuePolicy */
export const makeQueuePolicy: Make = ({ account, generatedName, properties }) => {
  const { PolicyDocument, Queues } = v.parse(QueuePolicyProperties, properties);
  for (const url of Queues) account.sqs.setPolicy(url, PolicyDocument);
  return { Ref: generatedName, attributes: {} };
};

/** AWS::Events::Rule */
export const makeEventRule: Make = ({ account, generatedName, properties }) => {
  const { Name, Arn } = account.events.putRule({ Name: generatedName, ...properties });
  return { Ref: Name, attributes: { Arn } };
};

/** AWS::Lambda::EventSourceMapping */
export const makeEventSourceMapping: Make = ({ account, properties }) => {
  const { UUID, EventSourceMappingArn } = account.eventSourceMappings.create(properties);
  return { Ref: UUID, attributes: { Id: UUID, EventSourceMappingArn } };
};

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

const WithSource = v.looseObject({ Source: v.looseObject({ SourceIdentifier: v.string() }) });
const WithTarget = v.looseObject({ TargetId: v.string() });

/** AWS::SSM::Document */
export const makeDocument: Make = ({ account, generatedName, properties }) => {
  const { Tags: _, ...given } = properties;
  const { Name } = account.ssm.documents.create({ Name: generatedName, ...given });
  return { Ref: Name, attributes: {} };
};

/**
 * AWS::Config::ConfigRule: AWS Config must be let into the function before the rule exists.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigRule.html
 */
export const makeConfigRule: Make = ({ account, generatedName, properties }) => {
  const { accountId, region } = account;
  const { SourceIdentifier } = v.parse(WithSource, properties).Source;
  const isInvocable = account.lambda.functions.isInvocableBy(SourceIdentifier, {
    Principal: 'config.amazonaws.com',
    SourceAccount: accountId,
    // Nobody knows the rule's own id before it exists: only a permission for any rule lets it in.
    SourceArn: `arn:aws:config:${region}:${accountId}:config-rule/config-rule-new`,
  });
  if (!isInvocable) {
    const message = `The AWS Lambda function ${SourceIdentifier} cannot be invoked: expected a permission for config.amazonaws.com of ${accountId}`;
    throw new ServiceError('InsufficientPermissionsException', message);
  }
  const rule = account.config.putConfigRule({ ConfigRuleName: generatedName, ...properties });
  return {
    Ref: rule.properties.ConfigRuleName,
    attributes: { Arn: rule.ConfigRuleArn, ConfigRuleId: rule.ConfigRuleId },
  };
};

/** AWS::Config::RemediationConfiguration: the rule and the document must exist. */
export const makeRemediationConfiguration: Make = ({ account, generatedName, properties }) => {
  const { TargetId } = v.parse(WithTarget, properties);
  if (account.ssm.documents.find(TargetId) === undefined) {
    const message = `The remediation's TargetId must be an SSM document of the account, got ${JSON.stringify(TargetId)}`;
    throw new ServiceError('InvalidParameterValueException', message);
  }
  account.config.putRemediationConfiguration(properties);
  return { Ref: generatedName, attributes: {} };
};

const makeNothing: Make = ({ generatedName }) => ({ Ref: generatedName, attributes: {} });

/** What makes the resources of each type that the local account has. */
export const MAKERS: Readonly<Record<string, Make>> = {
  'AWS::CDK::Metadata': makeNothing,
  'AWS::CloudWatch::Alarm': makeAlarm,
  'AWS::CloudWatch::Dashboard': makeDashboard,
  'AWS::Config::ConfigRule': makeConfigRule,
  'AWS::Config::RemediationConfiguration': makeRemediationConfiguration,
  'AWS::Events::Rule': makeEventRule,
  'AWS::IAM::Policy': makePolicy,
  'AWS::IAM::Role': makeRole,
  'AWS::Lambda::EventSourceMapping': makeEventSourceMapping,
  'AWS::Lambda::Function': makeFunction,
  'AWS::Lambda::Permission': makePermission,
  'AWS::Logs::LogGroup': makeLogGroup,
  'AWS::SQS::Queue': makeQueue,
  'AWS::SQS::QueuePolicy': makeQueuePolicy,
  'AWS::SSM::Document': makeDocument,
};
