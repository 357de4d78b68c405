import { describe, expect, it } from 'vitest';
import { settleTemplate } from '../../support/settled-template.ts';
import { idUnder, propertiesUnder, synthesize } from '../synthesize.ts';

const CONFIGURATION = 'AWS::Config::RemediationConfiguration';
const { template } = synthesize();
const nameUnder = (type: string, construct: string) => ({
  Ref: idUnder(template, type, construct),
});

describe.each([
  {
    construct: 'Remediation',
    rule: nameUnder('AWS::Config::ConfigRule', 'RuleConfigRule'),
    runbook: 'DeactivateAccessKey',
  },
  {
    construct: 'Deletion',
    rule: nameUnder('AWS::Config::ConfigRule', 'InactiveRule'),
    runbook: 'DeleteInactiveAccessKey',
  },
])('the remediation by $runbook', ({ construct, rule, runbook }) => {
  const configuration = (settings = {}) =>
    propertiesUnder(synthesize(settings).template, CONFIGURATION, construct);
  const document = propertiesUnder(template, 'AWS::SSM::Document', runbook);

  it('starts the runbook of the stack for users that violate the rule', () => {
    expect(configuration()).toMatchObject({
      ConfigRuleName: rule,
      ResourceType: 'AWS::IAM::User',
      TargetType: 'SSM_DOCUMENT',
      TargetId: nameUnder('AWS::SSM::Document', runbook),
    });
    expect(configuration()).not.toHaveProperty('TargetVersion');
  });

  it('passes the user id as resource id and the other parameters as static values', () => {
    expect(configuration()['Parameters']).toEqual({
      UserId: { ResourceValue: { Value: 'RESOURCE_ID' } },
      AutomationAssumeRole: {
        StaticValue: {
          Values: [
            {
              'Fn::GetAtt': [
                idUnder(template, 'AWS::IAM::Role', `${runbook}AutomationRole`),
                'Arn',
              ],
            },
          ],
        },
      },
      ConfigRuleName: { StaticValue: { Values: [rule] } },
    });
  });

  it('passes only parameters of the runbook, among them all required ones', () => {
    const { parameters } = Object(document['Content']);
    const passed = Object.keys(Object(configuration()['Parameters']));
    const required = Object.keys(parameters).filter((name) => !('default' in parameters[name]));

    expect(Object.keys(parameters)).toEqual(expect.arrayContaining(passed));
    expect(passed).toEqual(expect.arrayContaining(required));
  });

  it.each([{}, { automaticRemediation: 'true', automaticDeletion: 'true' }])(
    'is never automatic in AWS Config: %j',
    (settings) => {
      const waiting = configuration(settings);
      expect(waiting['Automatic']).toBe(false);
      expect(waiting).not.toHaveProperty('MaximumAutomaticAttempts');
      expect(waiting).not.toHaveProperty('RetryAttemptSeconds');
    },
  );
});

describe('the Regions where AWS Config offers remediation', () => {
  it.each([
    ['us-east-1', 2],
    ['cn-north-1', 2],
    ['us-gov-west-1', 0],
    ['us-gov-east-1', 0],
  ])('have remediations and their commands: in %s for %i rules', (region, offered) => {
    const { Resources, Outputs, Conditions } = template.toJSON();
    const settled = settleTemplate({ Resources, Outputs, Conditions }, { 'AWS::Region': region });
    const types = Object.values(settled.Resources).map((resource) => Object(resource).Type);
    expect(types.filter((type) => type === CONFIGURATION)).toHaveLength(offered);
    const commands = Object.keys(settled.Outputs).filter((name) => /^Remediate/.test(name));
    expect(commands).toHaveLength(offered);
  });
});
