import { readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { REPOSITORY } from '../../infra/node-function.ts';
import { onlyOne, propertiesOf, synthesize, toText } from './synthesize.ts';

const { template } = synthesize();
const written = readFileSync(`${REPOSITORY}remediation/deactivate-access-key.yaml`, 'utf8');
const document = onlyOne(template, 'AWS::SSM::Document');

describe('the runbook', () => {
  it('is the document as it is written, with the name of the planner in it', () => {
    const [planner] = Object.keys(
      template.findResources('AWS::Lambda::Function', { Properties: { Timeout: 120 } }),
    );
    const deployed = JSON.stringify(document['Content']);
    const name = JSON.stringify({ Ref: planner });

    expect(JSON.parse(deployed.replaceAll(name, '"${PlannerFunctionName}"'))).toEqual(
      parse(written),
    );
    expect(deployed.split(name)).toHaveLength(2);
  });

  it('is an Automation document that is replaced, under a new name, when it changes', () => {
    expect(document).toMatchObject({
      DocumentType: 'Automation',
      DocumentFormat: 'YAML',
      TargetType: '/',
      UpdateMethod: 'Replace',
    });
    expect(document).not.toHaveProperty('Name');
  });

  it('exists only once its role can act', () => {
    template.hasResource('AWS::SSM::Document', {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('AutomationRoleDefaultPolicy')]),
    });
  });
});

describe('the automation role', () => {
  it('acts for executions of this account and Region only', () => {
    const trusts = propertiesOf(template, 'AWS::IAM::Role').map(
      ({ AssumeRolePolicyDocument }) => Object(AssumeRolePolicyDocument).Statement[0],
    );
    const trust = trusts.find(({ Principal }) => Principal.Service === 'ssm.amazonaws.com');

    expect(trust.Condition.StringEquals).toEqual({
      'aws:SourceAccount': { Ref: 'AWS::AccountId' },
    });
    expect(toText(trust.Condition.ArnLike['aws:SourceArn'])).toBe(
      'arn:{AWS::Partition}:ssm:{AWS::Region}:{AWS::AccountId}:automation-execution/*',
    );
  });
});
