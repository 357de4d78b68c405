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
const OF_AUTOMATIC = ['AutomaticDeactivationDeadLetters', 'AutomaticDeletionDeadLetters'];
const NAMES = [
  ...OF_RULES,
  ...OF_AUTOMATIC,
  ...OF_KEY_EVENTS,
  'FindingErrors',
  'FindingDeadLetters',
];

/** The alarms by name, which is the end of their description. */
const alarmsOf = (settings: Properties = {}) =>
  new Map(
    propertiesOf(synthesize(settings).template, 'AWS::CloudWatch::Alarm').map((alarm) => [
      String(alarm['AlarmDescription']).split(' ').at(-1) ?? '',
      alarm,
    ]),
  );

const automatic = { automaticRemediation: true, automaticDeletion: true };
const alarms = alarmsOf({ securityHubFindings: true, ...automatic });
const operations = readFileSync(`${REPOSITORY}docs/operations.md`, 'utf8');

describe('the alarms', () => {
  it('have these names', () => {
    expect([...alarms.keys()]).toEqual(NAMES);
    expect([...alarmsOf().keys()]).toEqual(USUAL);
    expect([...alarmsOf({ keyEvents: false }).keys()]).toEqual(OF_RULES);
    expect([...alarmsOf({ keyEvents: false, automaticDeletion: true }).keys()]).toEqual([
      ...OF_RULES,
      'AutomaticDeletionDeadLetters',
    ]);
    expect([...alarmsOf({ triggers: 'schedule' }).keys()]).toEqual(USUAL.slice(0, -1));
  });

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
    for (const alarm of alarms.values()) expect(alarm).not.toHaveProperty('AlarmActions');
    for (const alarm of alarmsOf({ alarmTopicArn }).values())
      expect(alarm).toMatchObject({ AlarmActions: [alarmTopicArn], OKActions: [alarmTopicArn] });
  });

  it('compare metrics that AWS publishes, except two', () => {
    const others = [...alarms].filter(([, { Namespace }]) => !String(Namespace).startsWith('AWS/'));
    expect(others.map(([name]) => name)).toEqual([
      'NoSuccessfulSweep',
      'InactiveNoSuccessfulSweep',
      'KeyEventsHeldBack',
    ]);
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

describe('the other alarms', () => {
  it.each([
    ['EvaluationErrors', 'AWS/Lambda', 'Errors', 'Sum', 2],
    ['EvaluationDeadLetters', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum', 1],
    ['SweepNearTimeout', 'AWS/Lambda', 'Duration', 'Maximum', 12 * 60 * 1000],
    [
      'AutomaticDeactivationDeadLetters',
      'AWS/SQS',
      'ApproximateNumberOfMessagesVisible',
      'Maximum',
      1,
    ],
    ['AutomaticDeletionDeadLetters', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum', 1],
    ['KeyEventErrors', 'AWS/Lambda', 'Errors', 'Sum', 2],
    ['KeyEventDeadLetters', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum', 1],
    ['KeyEventsHeldBack', 'IamUserSingleAccessKey', 'StartsSkipped', 'Sum', 1],
    ['FindingErrors', 'AWS/Lambda', 'Errors', 'Sum', 2],
    ['FindingDeadLetters', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum', 1],
  ])('%s: %s %s, %s, from %d', (name, Namespace, MetricName, Statistic, Threshold) => {
    for (const each of [name, `Inactive${name}`].filter((one) => NAMES.includes(one)))
      expect(alarms.get(each)).toMatchObject({
        ...{ Namespace, MetricName, Statistic, Threshold },
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
      });
  });
});
