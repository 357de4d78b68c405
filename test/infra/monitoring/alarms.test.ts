import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { type Properties, propertiesOf, synthesize } from '../synthesize.ts';

const OF_RULE = [
  'EvaluationErrors',
  'EvaluationDeadLetters',
  'NoSuccessfulSweep',
  'SweepNearTimeout',
];
const OF_RULES = [...OF_RULE, ...OF_RULE.map((name) => `Inactive${name}`)];
const OF_KEY_EVENTS = ['KeyEventErrors', 'KeyEventDeadLetters', 'KeyEventsHeldBack'];
const USUAL = [...OF_RULES, ...OF_KEY_EVENTS];
const NAMES = [...USUAL, 'FindingErrors', 'FindingDeadLetters'];

/** The alarms by name: the description ends with it. */
const alarmsOf = (settings: Properties = {}) =>
  new Map(
    propertiesOf(synthesize(settings).template, 'AWS::CloudWatch::Alarm').map((alarm) => [
      String(alarm['AlarmDescription']).split(' ').at(-1) ?? '',
      alarm,
    ]),
  );

const alarms = alarmsOf({ securityHubFindings: true });
const operations = readFileSync(`${REPOSITORY}docs/operations.md`, 'utf8');

describe('the alarms', () => {
  it('are these', () => {
    expect([...alarms.keys()]).toEqual(NAMES);
  });

  it.each(NAMES)(
    '%s has a heading in docs/operations.md: what it means, what to look at, what to do',
    (name) => {
      const [, section = ''] = operations.split(
        new RegExp(`\n### (?:\\w+, )?${name}(?:, \\w+)?\n`),
      );
      const [text = ''] = section.split('\n#');
      for (const part of ['**Means**', '**Look at**', '**Do**']) expect(text).toContain(part);
    },
  );

  it('docs/operations.md has a heading for no other alarm', () => {
    const [, section = ''] = operations.split('\n## Alarms\n');
    const headings = [...(section.split('\n## ')[0] ?? '').matchAll(/^### (.+)$/gm)];
    const named = headings.flatMap((match) => String(match[1]).split(', '));
    expect(named.toSorted()).toEqual(NAMES.toSorted());
  });

  it('tell nobody unless there is a topic, then of each change for the worse and the better', () => {
    const alarmTopicArn = 'arn:aws:sns:us-east-1:123456789012:alarms';
    for (const alarm of alarms.values()) expect(alarm).not.toHaveProperty('AlarmActions');
    for (const alarm of alarmsOf({ alarmTopicArn }).values())
      expect(alarm).toMatchObject({ AlarmActions: [alarmTopicArn], OKActions: [alarmTopicArn] });
  });

  it('have none of findings unless Security Hub is told of them', () => {
    expect([...alarmsOf().keys()]).toEqual(USUAL);
  });

  it('have none of key events where there are none, and none held back on a schedule', () => {
    expect([...alarmsOf({ keyEvents: false }).keys()]).toEqual(OF_RULES);
    expect([...alarmsOf({ triggers: 'schedule' }).keys()]).toEqual(USUAL.slice(0, -1));
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
    'watches two periods of %s, and takes silence for failure',
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
      // What CloudWatch allows for a period of an hour or more.
      expect(2 * Period).toBeLessThanOrEqual(604_800);
    },
  );
});

describe('the other alarms', () => {
  it.each([
    ['EvaluationErrors', 'AWS/Lambda', 'Errors', 'Sum', 2],
    ['EvaluationDeadLetters', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum', 1],
    ['SweepNearTimeout', 'AWS/Lambda', 'Duration', 'Maximum', 12 * 60 * 1000],
    ['InactiveEvaluationErrors', 'AWS/Lambda', 'Errors', 'Sum', 2],
    [
      'InactiveEvaluationDeadLetters',
      'AWS/SQS',
      'ApproximateNumberOfMessagesVisible',
      'Maximum',
      1,
    ],
    ['InactiveSweepNearTimeout', 'AWS/Lambda', 'Duration', 'Maximum', 12 * 60 * 1000],
    ['KeyEventErrors', 'AWS/Lambda', 'Errors', 'Sum', 2],
    ['KeyEventDeadLetters', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum', 1],
    ['KeyEventsHeldBack', 'IamUserSingleAccessKey', 'HeldBack', 'Sum', 1],
  ])('%s: %s %s, %s from %d on', (name, Namespace, MetricName, Statistic, Threshold) => {
    expect(alarms.get(name)).toMatchObject({
      Namespace,
      MetricName,
      Statistic,
      Threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });
});
