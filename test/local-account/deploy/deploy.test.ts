import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';
import { pass } from '../../support/runbook-account.ts';
import { trustOf } from '../../support/trust.ts';
import { deploy } from './deploy.ts';

let account: ClockedAccount;
let directory: string;
beforeEach(async () => {
  account = await createClockedAccount();
  directory = mkdtempSync(path.join(tmpdir(), 'deploy-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const CONFIG = 'config.amazonaws.com';
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

/** A rule, its function and its runbook, not in the order of their creation. */
const resources = (): Record<string, Record<string, unknown>> => ({
  Remediation: {
    Type: 'AWS::Config::RemediationConfiguration',
    Properties: {
      ConfigRuleName: { Ref: 'Rule' },
      TargetType: 'SSM_DOCUMENT',
      TargetId: { Ref: 'Document' },
    },
  },
  Rule: {
    Type: 'AWS::Config::ConfigRule',
    Properties: {
      ConfigRuleName: 'one-key',
      Source: {
        Owner: 'CUSTOM_LAMBDA',
        SourceIdentifier: arnOf('Function'),
        SourceDetails: [{ EventSource: 'aws.config', MessageType: 'ScheduledNotification' }],
      },
    },
    DependsOn: 'Permission',
  },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: 'Function' },
      Principal: CONFIG,
      SourceAccount: { Ref: 'AWS::AccountId' },
    },
  },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'code.zip' },
      DeadLetterConfig: { TargetArn: arnOf('Queue') },
      Handler: 'index.handler',
      Role: arnOf('Role'),
      Runtime: 'nodejs24.x',
    },
  },
  Queue: { Type: 'AWS::SQS::Queue' },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com') },
  },
  Policy: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'send',
      PolicyDocument: { Statement: [{ Action: 'sqs:SendMessage', Resource: arnOf('Queue') }] },
      Roles: [{ Ref: 'Role' }],
    },
  },
  Document: {
    Type: 'AWS::SSM::Document',
    Properties: {
      Content: { schemaVersion: '0.3', assumeRole: 'arn', mainSteps: [pass('Only')] },
      DocumentType: 'Automation',
    },
  },
});

const deployTemplate = (template: Record<string, unknown>) => {
  const write = (file: string, content: unknown) =>
    writeFileSync(path.join(directory, file), JSON.stringify(content));
  const destinations = { here: { objectKey: 'code.zip' } };
  write('Stack.assets.json', { files: { code: { source: { path: 'asset.code' }, destinations } } });
  write('Stack.template.json', template);
  mkdirSync(path.join(directory, 'asset.code'), { recursive: true });
  const code = "exports.handler = async () => { throw new Error('no') };";
  writeFileSync(path.join(directory, 'asset.code', 'index.js'), code);
  return deploy(account, { directory, stackName: 'Stack' });
};

describe('deploy', () => {
  it('creates every resource after those that it refers to or depends on', () => {
    const outputs = deployTemplate({
      Resources: resources(),
      Outputs: { Document: { Value: { Ref: 'Document' } } },
    });

    expect(outputs['Document']).toMatch(/^Stack-Document-/);
  });

  it('runs the code of the asset, with the dead-letter queue of the template', async () => {
    deployTemplate({ Resources: resources() });

    await account.config.deliverSchedule('one-key');

    const TargetArn = expect.stringMatching(/^arn:aws:sqs:us-east-1:123456789012:Stack-Queue-/);
    expect(account.lambda.deadLetters).toMatchObject([{ TargetArn }]);
  });

  it('resolves the policies of a role', () => {
    deployTemplate({ Resources: resources() });

    const [role] = account.roles.byName.values();
    const Resource = expect.stringMatching(/^arn:aws:sqs:/);
    expect(role).toMatchObject({
      RoleName: expect.stringMatching(/^Stack-Role-/),
      AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com'),
      policies: [
        {
          PolicyName: 'send',
          PolicyDocument: { Statement: [{ Action: 'sqs:SendMessage', Resource }] },
        },
      ],
    });
  });

  it('returns the outputs of the stack', () => {
    const outputs = deployTemplate({
      Resources: resources(),
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Outputs: {
        Rule: { Value: { Ref: 'Rule' } },
        Where: { Value: { 'Fn::Sub': '${AWS::Partition}/${AWS::Region}/${AWS::StackName}' } },
        Nowhere: { Value: { Ref: 'Unknown' }, Condition: 'Never' },
      },
    });

    expect(outputs).toEqual({ Rule: 'one-key', Where: 'aws/us-east-1/Stack' });
  });

  it('skips a resource whose condition is false', () => {
    const Role = { ...resources()['Role'], Condition: 'Never' };

    deployTemplate({ Resources: { Role }, Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } });

    expect(account.roles.byName.size).toBe(0);
  });
});

describe('deploy refuses', () => {
  /** The resources, with changed properties of one of them. */
  const withProperties = (logicalId: string, changed: Record<string, unknown>) => {
    const all = resources();
    const { Properties, ...resource } = all[logicalId] ?? {};
    return {
      ...all,
      [logicalId]: { ...resource, Properties: { ...Object(Properties), ...changed } },
    };
  };

  it.each([
    [
      'an unknown type',
      { Topic: { Type: 'AWS::SNS::Topic' } },
      'Topic: the local account has no AWS::SNS::Topic',
    ],
    [
      'a rule whose function allows a different account',
      withProperties('Permission', { SourceAccount: '210987654321' }),
      'cannot be invoked',
    ],
    [
      'a rule whose function allows no invocation',
      { ...resources(), Permission: { Type: 'AWS::CDK::Metadata' } },
      'cannot be invoked',
    ],
    [
      'a function whose role does not trust Lambda',
      withProperties('Role', { AssumeRolePolicyDocument: trustOf('ssm.amazonaws.com') }),
      'a role that does not trust it',
    ],
    [
      'a function without its asset',
      withProperties('Function', { Code: { S3Bucket: 'b', S3Key: 'other.zip' } }),
      'the asset manifest has no other.zip',
    ],
    [
      'a function that sets a variable of Lambda',
      withProperties('Function', { Environment: { Variables: { AWS_REGION: 'x' } } }),
      'a name that Lambda does not set itself',
    ],
    ['a function with an unknown property', withProperties('Function', { Layers: [] }), 'Layers'],
    [
      'a remediation without its document',
      withProperties('Remediation', { TargetId: 'Unknown' }),
      'must be an SSM document',
    ],
    [
      'a remediation without its rule',
      withProperties('Remediation', { ConfigRuleName: 'unknown' }),
      'unknown',
    ],
    ['a document that cannot run', withProperties('Document', { Content: '{}' }), 'schemaVersion'],
    [
      'a policy of an unknown role',
      withProperties('Policy', { Roles: ['unknown'] }),
      'unknown cannot be found',
    ],
    [
      'resources that refer to each other',
      withProperties('Role', { Description: { Ref: 'Function' } }),
      'no circular references',
    ],
  ])('%s', (_, Resources, message) => {
    expect(() => deployTemplate({ Resources })).toThrow(message);
  });
});
