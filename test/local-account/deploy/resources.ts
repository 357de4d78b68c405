import * as v from 'valibot';
import type { LocalAccount } from '../account.ts';
import { ServiceError } from '../dispatch.ts';
import { wholeNumber } from '../request.ts';
import { directoryOfInlineCode } from './assets.ts';
import type { MadeResource } from './template.ts';

/** A resource about to be made; its properties are resolved. */
type ResourceRequest = {
  readonly account: LocalAccount;
  /** The name that it has where its properties give none. */
  readonly generatedName: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The directory of an asset, by its key in the bucket. */
  readonly assetDirectory: (objectKey: string) => string;
};

/** Makes a resource; throws when AWS would refuse it. */
export type Make = (request: ResourceRequest) => MadeResource;

const RoleProperties = v.strictObject({
  RoleName: v.optional(v.string()),
  Path: v.optional(v.string()),
  AssumeRolePolicyDocument: v.unknown(),
  Policies: v.optional(
    v.array(v.strictObject({ PolicyName: v.string(), PolicyDocument: v.unknown() })),
    [],
  ),
  Description: v.optional(v.string()),
  Tags: v.optional(v.unknown()),
});
const PolicyProperties = v.strictObject({
  PolicyName: v.string(),
  PolicyDocument: v.unknown(),
  Roles: v.array(v.string()),
});

/** AWS::IAM::Role */
export const makeRole: Make = ({ account, generatedName, properties }) => {
  const { Policies, ...given } = v.parse(RoleProperties, properties);
  const role = account.roles.create({ ...given, RoleName: given.RoleName ?? generatedName });
  for (const policy of Policies) account.roles.attach(role.RoleName, policy);
  return { Ref: role.RoleName, attributes: { Arn: role.Arn } };
};

/** AWS::IAM::Policy */
export const makePolicy: Make = ({ account, properties }) => {
  const { Roles, ...policy } = v.parse(PolicyProperties, properties);
  for (const RoleName of Roles) account.roles.attach(RoleName, policy);
  return { Ref: policy.PolicyName, attributes: {} };
};

/** AWS::Logs::LogGroup: what functions log is kept with their invocations. */
export const makeLogGroup: Make = ({ account, generatedName }) => ({
  Ref: generatedName,
  attributes: {
    Arn: `arn:aws:logs:${account.region}:${account.accountId}:log-group:${generatedName}:*`,
  },
});

const Texts = v.array(v.string());
const Dimensions = v.array(v.strictObject({ Name: v.string(), Value: v.string() }));

const Metric = v.strictObject({
  Id: v.string(),
  AccountId: v.optional(v.string()),
  Expression: v.optional(v.string()),
  Label: v.optional(v.string()),
  Period: v.optional(wholeNumber(1)),
  ReturnData: v.optional(v.boolean()),
  MetricStat: v.optional(
    v.strictObject({
      Metric: v.strictObject({
        Namespace: v.string(),
        MetricName: v.string(),
        Dimensions: v.optional(Dimensions),
      }),
      Period: wholeNumber(1),
      Stat: v.string(),
      Unit: v.optional(v.string()),
    }),
  ),
});

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
const AlarmProperties = v.strictObject({
  AlarmName: v.optional(v.string()),
  AlarmDescription: v.optional(v.pipe(v.string(), v.maxLength(1024))),
  ActionsEnabled: v.optional(v.boolean()),
  AlarmActions: v.optional(Texts),
  InsufficientDataActions: v.optional(Texts),
  OKActions: v.optional(Texts),
  ComparisonOperator: v.picklist([
    'GreaterThanOrEqualToThreshold',
    'GreaterThanThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  DatapointsToAlarm: v.optional(wholeNumber(1)),
  Dimensions: v.optional(Dimensions),
  EvaluationPeriods: wholeNumber(1),
  MetricName: v.optional(v.string()),
  Metrics: v.optional(v.array(Metric)),
  Namespace: v.optional(v.string()),
  Period: v.optional(wholeNumber(1)),
  Statistic: v.optional(v.picklist(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'])),
  ExtendedStatistic: v.optional(v.string()),
  Threshold: v.number(),
  TreatMissingData: v.optional(v.picklist(['breaching', 'notBreaching', 'ignore', 'missing'])),
  Unit: v.optional(v.string()),
  Tags: v.optional(v.unknown()),
});

const DashboardProperties = v.strictObject({
  DashboardName: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,255}$/))),
  DashboardBody: v.pipe(v.string(), v.startsWith('{'), v.parseJson()),
  Tags: v.optional(v.unknown()),
});

/** AWS::CloudWatch::Alarm: a name, since the account has no metrics. */
export const makeAlarm: Make = ({ account, generatedName, properties }) => {
  const { AlarmName = generatedName } = v.parse(AlarmProperties, properties);
  const Arn = `arn:aws:cloudwatch:${account.region}:${account.accountId}:alarm:${AlarmName}`;
  return { Ref: AlarmName, attributes: { Arn } };
};

/** AWS::CloudWatch::Dashboard: a name, and a body that is JSON. */
export const makeDashboard: Make = ({ generatedName, properties }) => {
  const { DashboardName = generatedName } = v.parse(DashboardProperties, properties);
  return { Ref: DashboardName, attributes: {} };
};

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
