import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trustOf } from '../../support/build.ts';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';
import { pass } from '../../support/runbook-account.ts';
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

const CANNOT_INVOKE = 'cannot be invoked';
const OTHER = { SourceAccount: '210987654321' };
const METADATA = { Type: 'AWS::CDK::Metadata' };
const UNTRUSTED = { AssumeRolePolicyDocument: trustOf('ssm.amazonaws.com') };
const OTHER_CODE = { Code: { S3Bucket: 'b', S3Key: 'other.zip' } };
const RESERVED = { Environment: { Variables: { AWS_REGION: 'x' } } };
const CIRCULAR = { Description: { Ref: 'Function' } };

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
    ['an unknown type', { Topic: { Type: 'AWS::SNS::Topic' } }, 'account has no AWS::SNS::Topic'],
    ['a rule that another account may invoke', withProperties('Permission', OTHER), CANNOT_INVOKE],
    ['a rule without a permission', { ...resources(), Permission: METADATA }, CANNOT_INVOKE],
    ['a role that Lambda cannot assume', withProperties('Role', UNTRUSTED), 'does not trust it'],
    ['a function without its asset', withProperties('Function', OTHER_CODE), 'no other.zip'],
    ['a variable of Lambda', withProperties('Function', RESERVED), 'Lambda does not set itself'],
    ['a function with an unknown property', withProperties('Function', { Layers: [] }), 'Layers'],
    ['a missing document', withProperties('Remediation', { TargetId: 'x' }), 'an SSM document'],
    ['a missing rule', withProperties('Remediation', { ConfigRuleName: 'x' }), '"x"'],
    ['a document that cannot run', withProperties('Document', { Content: '{}' }), 'schemaVersion'],
    ['an unknown role', withProperties('Policy', { Roles: ['x'] }), 'x cannot be found'],
    ['a circular reference', withProperties('Role', CIRCULAR), 'no circular references'],
  ])('%s', (_, Resources, message) => {
    expect(() => deployTemplate({ Resources })).toThrow(message);
  });
});
