import { describe, expect, it } from 'vitest';
import { FREQUENCIES } from '../../../infra/settings/settings.ts';
import { idUnder, propertiesOf, propertiesUnder, synthesize, toText } from '../synthesize.ts';

const FUNCTION = 'AWS::Lambda::Function';
const BOTH = { automaticRemediation: true, automaticDeletion: true };
const { template } = synthesize(BOTH);
const arnOf = (type: string, construct: string) => ({
  'Fn::GetAtt': [idUnder(template, type, construct), 'Arn'],
});

const starters = (settings: Readonly<Record<string, unknown>>) =>
  propertiesOf(synthesize(settings).template, FUNCTION)
    .map(({ Description }) => String(Description))
    .filter((description) => description.startsWith('Starts D'));

describe('the functions of automatic mode', () => {
  it.each([
    [{}, []],
    [{ automaticRemediation: true }, ['DeactivateAccessKey']],
    [{ automaticDeletion: true }, ['DeleteInactiveAccessKey']],
    [BOTH, ['DeactivateAccessKey', 'DeleteInactiveAccessKey']],
  ])('exist for the rules that are switched on: %j', (settings, runbooks) => {
    expect(starters(settings)).toEqual(
      runbooks.map((name) => `Starts ${name} for each IAM user whose key the runbook would change`),
    );
  });

  it.each([
    ['AutomaticDeactivation', 'RuleConfigRule', 'DeactivateAccessKey'],
    ['AutomaticDeletion', 'InactiveRuleConfigRule', 'DeleteInactiveAccessKey'],
  ])('%s knows its rule %s and its runbook %s', (construct, rule, runbook) => {
    const { Environment, Timeout } = propertiesUnder(template, FUNCTION, construct);
    expect(Timeout).toBe(900);
    expect(Object(Environment).Variables).toEqual({
      NODE_OPTIONS: expect.any(String),
      RUNBOOK: runbook,
      CONFIG_RULE_NAME: { Ref: idUnder(template, 'AWS::Config::ConfigRule', rule) },
      DOCUMENT_NAME: { Ref: idUnder(template, 'AWS::SSM::Document', runbook) },
      AUTOMATION_ROLE_ARN: arnOf('AWS::IAM::Role', `${runbook}AutomationRole`),
      DEACTIVATION_ROLE_ARN: arnOf('AWS::IAM::Role', 'DeactivateAccessKeyAutomationRole'),
      PERIOD_HOURS: '24',
    });
  });

  it.each([
    ['One_Hour', 'cron(0 * * * ? *)', '1'],
    ['Three_Hours', 'cron(0 0/3 * * ? *)', '3'],
    ['Six_Hours', 'cron(0 0/6 * * ? *)', '6'],
    ['Twelve_Hours', 'cron(0 0/12 * * ? *)', '12'],
    ['TwentyFour_Hours', 'cron(0 0 * * ? *)', '24'],
  ])('run with %s at %s', (maximumExecutionFrequency, expression, hours) => {
    const one = synthesize({ ...BOTH, keyEvents: false, maximumExecutionFrequency }).template;
    const rules = propertiesOf(one, 'AWS::Events::Rule');
    expect(rules.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual([
      expression,
      expression,
    ]);
    const { Environment } = propertiesUnder(one, FUNCTION, 'AutomaticDeletion');
    expect(Environment).toMatchObject({ Variables: { PERIOD_HOURS: hours } });
    expect(FREQUENCIES).toContain(maximumExecutionFrequency);
  });

  it('report refusals only to a topic that is set', () => {
    const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
    const one = synthesize({ ...BOTH, notificationTopicArn }).template;
    const { Environment } = propertiesUnder(one, FUNCTION, 'AutomaticDeactivation');
    expect(Environment).toMatchObject({
      Variables: { NOTIFICATION_TOPIC_ARN: notificationTopicArn },
    });
  });

  it('send events that fail to a dead-letter queue, as does EventBridge', () => {
    const queue = arnOf('AWS::SQS::Queue', 'DeadLetterQueue');
    const { DeadLetterConfig } = propertiesUnder(template, FUNCTION, 'AutomaticDeactivation');
    expect(DeadLetterConfig).toEqual({ TargetArn: queue });
    const { Targets } = propertiesUnder(template, 'AWS::Events::Rule', 'AutomaticDeactivation');
    expect(Targets).toMatchObject([{ DeadLetterConfig: { Arn: queue } }]);
  });

  it('start only their runbook, in any partition', () => {
    const policy = propertiesUnder(template, 'AWS::IAM::Policy', 'AutomaticDeletion');
    const { Statement } = Object(policy['PolicyDocument']);
    const [start] = Statement.filter(
      ({ Action }: { Action: string }) => Action === 'ssm:StartAutomationExecution',
    );
    const document = `{${idUnder(template, 'AWS::SSM::Document', 'DeleteInactiveAccessKey')}}`;
    expect(start.Resource.map(toText)).toEqual(
      [`automation-definition/${document}:*`, 'automation-execution/*', `document/${document}`].map(
        (name) => `arn:{AWS::Partition}:ssm:{AWS::Region}:{AWS::AccountId}:${name}`,
      ),
    );
  });

  it('pass only the role of their runbook, and only to Systems Manager', () => {
    const policy = propertiesUnder(template, 'AWS::IAM::Policy', 'AutomaticDeletion');
    const { Statement } = Object(policy['PolicyDocument']);
    expect(Statement.filter(({ Action }: { Action: string }) => Action === 'iam:PassRole')).toEqual(
      [
        {
          Action: 'iam:PassRole',
          Condition: { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } },
          Effect: 'Allow',
          Resource: arnOf('AWS::IAM::Role', 'DeleteInactiveAccessKeyAutomationRole'),
        },
      ],
    );
  });
});
