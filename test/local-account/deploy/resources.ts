import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { LocalAccount } from '../account.ts';
import { ServiceError } from '../dispatch.ts';
import { wholeNumberOrText } from '../request.ts';
import type { MadeResource } from './template.ts';

const PACKAGES = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/**
 * Creates a directory with the inline code of a template, laid out as Lambda does: `index.js` and the SDK, here that of
 * the repository. It is deleted when the process exits.
 */
const directoryOfInlineCode = (code: string): string => {
  const directory = mkdtempSync(path.join(tmpdir(), 'inline-code-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(path.join(directory, 'index.js'), code);
  symlinkSync(PACKAGES, path.join(directory, 'node_modules'));
  return directory;
};

/** A resource to create; its properties are resolved. */
type ResourceRequest = {
  readonly account: LocalAccount;
  /** The name of the resource if its properties have none. */
  readonly generatedName: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Returns the directory of an asset by its key in the bucket. */
  readonly assetDirectory: (objectKey: string) => string;
};

/** Creates a resource; throws when AWS would refuse it. */
type Make = (request: ResourceRequest) => MadeResource;

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

const AlarmProperties = v.looseObject({ AlarmName: v.optional(v.string()) });
const DashboardProperties = v.looseObject({
  DashboardName: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,255}$/))),
  DashboardBody: v.pipe(v.string(), v.startsWith('{'), v.parseJson()),
});

const QueryProperties = v.looseObject({
  LogGroupNames: v.pipe(v.array(v.string()), v.minLength(1)),
  Name: v.pipe(v.string(), v.maxLength(255)),
  QueryString: v.pipe(v.string(), v.maxLength(10_000)),
});

const QueuePolicyProperties = v.strictObject({
  PolicyDocument: v.unknown(),
  Queues: v.pipe(v.array(v.string()), v.minLength(1)),
});

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
  ReservedConcurrentExecutions: v.optional(wholeNumberOrText(0, 1_000)),
  Role: v.string(),
  Runtime: v.string(),
  Tags: v.optional(v.unknown()),
  Timeout: v.optional(v.number()),
});

const WithSource = v.looseObject({ Source: v.looseObject({ SourceIdentifier: v.string() }) });
const WithTarget = v.looseObject({ TargetId: v.string() });

/** Creates the resources, by type. */
export const MAKERS: Readonly<Record<string, Make>> = {
  'AWS::CDK::Metadata': ({ generatedName }) => ({ Ref: generatedName, attributes: {} }),
  /** Creates only a name: the account has no metrics. */
  'AWS::CloudWatch::Alarm': ({ account, generatedName, properties }) => {
    const { AlarmName = generatedName } = v.parse(AlarmProperties, properties);
    const Arn = `arn:aws:cloudwatch:${account.region}:${account.accountId}:alarm:${AlarmName}`;
    return { Ref: AlarmName, attributes: { Arn } };
  },
  /** Creates only a name, but the body must be JSON. */
  'AWS::CloudWatch::Dashboard': ({ generatedName, properties }) => {
    const { DashboardName = generatedName } = v.parse(DashboardProperties, properties);
    return { Ref: DashboardName, attributes: {} };
  },
  /**
   * AWS Config must have permission to invoke the function before the rule exists.
   *
   * @see https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigRule.html
   */
  'AWS::Config::ConfigRule': ({ account, generatedName, properties }) => {
    const { accountId, region } = account;
    const { SourceIdentifier } = v.parse(WithSource, properties).Source;
    const isInvocable = account.lambda.functions.isInvocableBy(SourceIdentifier, {
      Principal: 'config.amazonaws.com',
      SourceAccount: accountId,
      // The id of the rule is unknown before it exists, so only a permission for any rule applies.
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
  },
  /** The rule and the document of a remediation must exist. */
  'AWS::Config::RemediationConfiguration': ({ account, generatedName, properties }) => {
    const { TargetId } = v.parse(WithTarget, properties);
    if (account.ssm.documents.find(TargetId) === undefined) {
      const message = `The remediation's TargetId must be an SSM document of the account, got ${JSON.stringify(TargetId)}`;
      throw new ServiceError('InvalidParameterValueException', message);
    }
    account.config.putRemediationConfiguration(properties);
    return { Ref: generatedName, attributes: {} };
  },
  'AWS::Events::Rule': ({ account, generatedName, properties }) => {
    const { Name, Arn } = account.events.putRule({ Name: generatedName, ...properties });
    return { Ref: Name, attributes: { Arn } };
  },
  'AWS::IAM::Policy': ({ account, properties }) => {
    const { Roles, ...policy } = v.parse(PolicyProperties, properties);
    for (const RoleName of Roles) account.roles.attach(RoleName, policy);
    return { Ref: policy.PolicyName, attributes: {} };
  },
  'AWS::IAM::Role': ({ account, generatedName, properties }) => {
    const { Policies, ...given } = v.parse(RoleProperties, properties);
    const role = account.roles.create({ ...given, RoleName: given.RoleName ?? generatedName });
    for (const policy of Policies) account.roles.attach(role.RoleName, policy);
    return { Ref: role.RoleName, attributes: { Arn: role.Arn } };
  },
  'AWS::Lambda::EventSourceMapping': ({ account, properties }) => {
    const { UUID, EventSourceMappingArn } = account.eventSourceMappings.create(properties);
    return { Ref: UUID, attributes: { Id: UUID, EventSourceMappingArn } };
  },
  /** The code of a function is an asset or inline code, and its role must trust Lambda. */
  'AWS::Lambda::Function': ({ account, generatedName, properties, assetDirectory }) => {
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
      ReservedConcurrentExecutions: given.ReservedConcurrentExecutions,
      Environment: given.Environment.Variables,
      deadLetterTargetArn: given.DeadLetterConfig?.TargetArn,
    });
    return { Ref: FunctionName, attributes: { Arn } };
  },
  'AWS::Lambda::Permission': ({ account, generatedName, properties }) => {
    account.lambda.functions.addPermission(properties);
    return { Ref: generatedName, attributes: {} };
  },
  /** Creates only a name: the invocations of a function contain its log. */
  /** Creates only a name: the account has no Logs Insights. */
  'AWS::Logs::QueryDefinition': ({ generatedName, properties }) => {
    v.parse(QueryProperties, properties);
    return { Ref: generatedName, attributes: {} };
  },
  'AWS::Logs::LogGroup': ({ account, generatedName }) => ({
    Ref: generatedName,
    attributes: {
      Arn: `arn:aws:logs:${account.region}:${account.accountId}:log-group:${generatedName}:*`,
    },
  }),
  'AWS::SQS::Queue': ({ account, generatedName, properties }) => {
    const { arn, properties: made } = account.sqs.create({
      QueueName: generatedName,
      ...properties,
    });
    const { QueueName } = made;
    const QueueUrl = account.sqs.urlOf(QueueName);
    return { Ref: QueueUrl, attributes: { Arn: arn, QueueName, QueueUrl } };
  },
  'AWS::SQS::QueuePolicy': ({ account, generatedName, properties }) => {
    const { PolicyDocument, Queues } = v.parse(QueuePolicyProperties, properties);
    for (const url of Queues) account.sqs.setPolicy(url, PolicyDocument);
    return { Ref: generatedName, attributes: {} };
  },
  'AWS::SSM::Document': ({ account, generatedName, properties }) => {
    const { Tags: _, ...given } = properties;
    const { Name } = account.ssm.documents.create({ Name: generatedName, ...given });
    return { Ref: Name, attributes: {} };
  },
};
