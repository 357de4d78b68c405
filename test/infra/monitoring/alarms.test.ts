import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { onlyOne, type Properties, propertiesOf, synthesize } from '../synthesize.ts';

const NAMES = ['DeadLetters', 'NoSuccessfulSweep', 'InactiveNoSuccessfulSweep'];

/** The alarms by name, which is the end of their description. */
const alarmsOf = (settings: Properties = {}) =>
  new Map(
    propertiesOf(synthesize(settings).template, 'AWS::CloudWatch::Alarm').map((alarm) => [
      String(alarm['AlarmDescription']).split(' ').at(-1) ?? '',
      alarm,
    ]),
  );

const everything = {
  securityHubFindings: true,
  automaticRemediation: true,
  automaticDeletion: true,
};
const operations = readFileSync(`${REPOSITORY}docs/operations.md`, 'utf8');

describe('the alarms', () => {
  it.each([{}, everything, { keyEvents: false }, { triggers: 'schedule' }])(
    'are the same three with %j',
    (settings) => {
      expect([...alarmsOf(settings).keys()]).toEqual(NAMES);
    },
  );

  it.each(NAMES)('include %s, which docs/operations.md explains', (name) => {
    const [, section = ''] = operations.split(new RegExp(`\n### (?:\\w+, )?${name}(?:, \\w+)?\n`));
    const [text = ''] = section.split('\n#');
    for (const part of ['**Means**', '**Look at**', '**Do**']) expect(text).toContain(part);
  });

  it('are all that docs/operations.md explains', () => {
    const [, section = ''] = operations.split('\n## Alarms\n');
    const headings = [...(section.split('\n## ')[0] ?? '').matchAll(/^### (.+)$/gm)];
    const named = headings.flatMap((match) => String(match[1]).split(', '));
    expect(named.toSorted()).toEqual(NAMES.toSorted());
  });

  it('notify only a topic that is set, when they start and when they end', () => {
    const alarmTopicArn = 'arn:aws:sns:us-east-1:123456789012:alarms';
    for (const alarm of alarmsOf().values()) expect(alarm).not.toHaveProperty('AlarmActions');
    for (const alarm of alarmsOf({ alarmTopicArn }).values())
      expect(alarm).toMatchObject({ AlarmActions: [alarmTopicArn], OKActions: [alarmTopicArn] });
  });

  it('compare metrics that AWS publishes, except two', () => {
    const others = [...alarmsOf(everything)].filter(
      ([, { Namespace }]) => !String(Namespace).startsWith('AWS/'),
    );
    expect(others.map(([name]) => name)).toEqual([
      'NoSuccessfulSweep',
      'InactiveNoSuccessfulSweep',
    ]);
  });
});

describe('DeadLetters', () => {
  const { template } = synthesize(everything);
  const deadLetters = expect.stringMatching(/^DeadLetterQueue/);

  it('watches the dead-letter queue, from the first message', () => {
    expect(alarmsOf(everything).get('DeadLetters')).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [deadLetters, 'QueueName'] } }],
      Statistic: 'Maximum',
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  it('covers every failure: of asynchronous invocations, of queues and of deliveries', () => {
    const arn = { 'Fn::GetAtt': [deadLetters, 'Arn'] };
    const all = propertiesOf(template, 'AWS::Lambda::Function');
    const asynchronous = all.filter(({ DeadLetterConfig }) => DeadLetterConfig !== undefined);
    for (const { DeadLetterConfig } of asynchronous)
      expect(DeadLetterConfig).toEqual({ TargetArn: arn });
    // The planner and the function of key events are invoked only synchronously, by a runbook and by a queue.
    expect(all.length - asynchronous.length).toBe(2);
    const queues = propertiesOf(template, 'AWS::SQS::Queue');
    const sources = queues.filter(({ RedrivePolicy }) => RedrivePolicy !== undefined);
    for (const { RedrivePolicy } of sources)
      expect(RedrivePolicy).toMatchObject({ deadLetterTargetArn: arn });
    expect(sources).toHaveLength(queues.length - 1);
    expect(sources).toHaveLength(propertiesOf(template, 'AWS::Lambda::EventSourceMapping').length);
    const rules = propertiesOf(template, 'AWS::Events::Rule');
    expect(rules).toHaveLength(5);
    for (const { Targets } of rules)
      expect(Targets).toMatchObject([{ DeadLetterConfig: { Arn: arn } }]);
  });

  it('has a queue that only the rules of the stack may send to', () => {
    const ofQueue = propertiesOf(template, 'AWS::SQS::QueuePolicy').filter(({ Queues }) =>
      JSON.stringify(Queues).includes('"DeadLetterQueue'),
    );
    const [{ PolicyDocument } = {}, ...others] = ofQueue;
    expect(others).toEqual([]);
    const { Statement } = Object(PolicyDocument);
    const allowed = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(allowed).toHaveLength(propertiesOf(template, 'AWS::Events::Rule').length);
    for (const { Condition } of allowed)
      expect(Condition.ArnEquals['aws:SourceArn']).toEqual({
        'Fn::GetAtt': [expect.anything(), 'Arn'],
      });
  });

  it('retains a failed event for 14 days, and exists without any EventBridge rule', () => {
    const queue = onlyOne(synthesize({ keyEvents: false }).template, 'AWS::SQS::Queue');
    expect(queue).toMatchObject({
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
    });
  });
});

describe.each([
  ['NoSuccessfulSweep', /^RuleConfigRule/],
  ['InactiveNoSuccessfulSweep', /^InactiveRuleConfigRule/],
])('%s', (name, rule) => {
  it.each([
    ['One_Hour', 3_600],
    ['Three_Hours', 3 * 3_600],
    ['Six_Hours', 6 * 3_600],
    ['Twelve_Hours', 12 * 3_600],
    ['TwentyFour_Hours', 24 * 3_600],
  ])(
    'covers two periods of %s and treats missing data as breaching',
    (maximumExecutionFrequency, Period) => {
      expect(alarmsOf({ maximumExecutionFrequency }).get(name)).toMatchObject({
        Namespace: 'IamUserSingleAccessKey',
        MetricName: 'SuccessfulSweeps',
        Dimensions: [{ Name: 'ConfigRuleName', Value: { Ref: expect.stringMatching(rule) } }],
        Statistic: 'Sum',
        Period,
        EvaluationPeriods: 2,
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      });
      // The limit of CloudWatch for periods of an hour or more.
      expect(2 * Period).toBeLessThanOrEqual(604_800);
    },
  );
});
