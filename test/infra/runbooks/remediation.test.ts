import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { WITHOUT_REMEDIATION } from '../../../rule/aws/regions.ts';
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

/** The number of remediations and the commands that start them. */
const remediationsIn = ({ Resources, Outputs }: { Resources: object; Outputs: object }) => ({
  remediations: Object.values(Resources).filter(({ Type }) => Type === CONFIGURATION).length,
  commands: Object.keys(Outputs).filter((name) => /^Remediate/.test(name)),
});
const OFFERED = { remediations: 2, commands: ['RemediateCommand', 'RemediateInactiveCommand'] };
const NOT_OFFERED = { remediations: 0, commands: [] };

describe('a stack whose Region is known', () => {
  // Key events work only in the Region of IAM.
  const settings = { keyEvents: false };

  it.each(WITHOUT_REMEDIATION)('has no remediation in %s, and a warning says so', (region) => {
    const { stack, template: known } = synthesize(settings, region);
    expect(remediationsIn(known.toJSON() as never)).toEqual(NOT_OFFERED);
    expect(JSON.stringify(known.toJSON())).not.toContain('RemediationConfiguration');
    expect(JSON.stringify(known.toJSON())).not.toContain('RemediationIsOffered');
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toMatchObject([
      {
        id: `/${stack.stackName}`,
        entry: {
          data: expect.stringMatching(
            `^CloudFormation has no ${CONFIGURATION} in ${region}, .* DeactivationCommand and DeletionCommand, .* automaticRemediation`,
          ),
        },
      },
    ]);
  });

  it.each(['us-east-1', 'cn-north-1', 'eu-central-1'])(
    'has remediations in %s without a condition',
    (region) => {
      const { stack, template: known } = synthesize(settings, region);
      expect(remediationsIn(known.toJSON() as never)).toEqual(OFFERED);
      expect(known.toJSON()).not.toHaveProperty('Conditions');
      expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
    },
  );

  it('has the runbooks, the planner and automatic mode also without remediation', () => {
    const automatic = { automaticRemediation: true, automaticDeletion: true };
    const typesIn = (region: string) =>
      Object.values(synthesize(automatic, region).template.toJSON()['Resources'])
        .map((resource) => Object(resource).Type)
        .filter((type) => type !== CONFIGURATION);
    expect(typesIn('us-gov-west-1')).toEqual(typesIn('us-east-1'));
  });
});

describe('a stack for any Region', () => {
  it.each([
    ...['us-east-1', 'cn-north-1', 'eu-central-1'].map((region) => [region, OFFERED] as const),
    ...WITHOUT_REMEDIATION.map((region) => [region, NOT_OFFERED] as const),
  ])('has remediations under a condition on the Region: in %s %j', (region, expected) => {
    const { Resources, Outputs, Conditions } = template.toJSON();
    const settled = settleTemplate({ Resources, Outputs, Conditions }, { 'AWS::Region': region });
    expect(remediationsIn(settled as never)).toEqual(expected);
  });

  it('has at most ten conditions in each Fn::Or, the limit of CloudFormation', () => {
    const sizes: number[] = [];
    JSON.stringify(template.toJSON()['Conditions'], (key, value) => {
      if (key === 'Fn::Or') sizes.push(value.length);
      return value;
    });
    expect(sizes).not.toEqual([]);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(10);
  });
});
