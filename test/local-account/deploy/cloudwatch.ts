import * as v from 'valibot';
import { wholeNumber } from '../request.ts';
import type { Make } from './resources.ts';

const Texts = v.array(v.string());
const Dimensions = v.array(v.strictObject({ Name: v.string(), Value: v.string() }));

const Metric = v.strictObject({
  Id: v.string(),
  AccountId: v.optional(v.string()),
  Expression: v.optional(v.string()),
  Label: v.optional(v.string()),
  Period: v.optional(wholeNumber(1)),
  ReturnData: v.optional(v.boolean()),
  MetricStat: v.optional(
    v.strictObject({
      Metric: v.strictObject({
        Namespace: v.string(),
        MetricName: v.string(),
        Dimensions: v.optional(Dimensions),
      }),
      Period: wholeNumber(1),
      Stat: v.string(),
      Unit: v.optional(v.string()),
    }),
  ),
});

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
const AlarmProperties = v.strictObject({
  AlarmName: v.optional(v.string()),
  AlarmDescription: v.optional(v.pipe(v.string(), v.maxLength(1024))),
  ActionsEnabled: v.optional(v.boolean()),
  AlarmActions: v.optional(Texts),
  InsufficientDataActions: v.optional(Texts),
  OKActions: v.optional(Texts),
  ComparisonOperator: v.picklist([
    'GreaterThanOrEqualToThreshold',
    'GreaterThanThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  DatapointsToAlarm: v.optional(wholeNumber(1)),
  Dimensions: v.optional(Dimensions),
  EvaluationPeriods: wholeNumber(1),
  MetricName: v.optional(v.string()),
  Metrics: v.optional(v.array(Metric)),
  Namespace: v.optional(v.string()),
  Period: v.optional(wholeNumber(1)),
  Statistic: v.optional(v.picklist(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'])),
  ExtendedStatistic: v.optional(v.string()),
  Threshold: v.number(),
  TreatMissingData: v.optional(v.picklist(['breaching', 'notBreaching', 'ignore', 'missing'])),
  Unit: v.optional(v.string()),
  Tags: v.optional(v.unknown()),
});

const DashboardProperties = v.strictObject({
  DashboardName: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,255}$/))),
  DashboardBody: v.pipe(v.string(), v.startsWith('{'), v.parseJson()),
  Tags: v.optional(v.unknown()),
});

/** AWS::CloudWatch::Alarm: a name, since the account has no metrics. */
export const makeAlarm: Make = ({ account, generatedName, properties }) => {
  const { AlarmName = generatedName } = v.parse(AlarmProperties, properties);
  const Arn = `arn:aws:cloudwatch:${account.region}:${account.accountId}:alarm:${AlarmName}`;
  return { Ref: AlarmName, attributes: { Arn } };
};

/** AWS::CloudWatch::Dashboard: a name, and a body that is JSON. */
export const makeDashboard: Make = ({ generatedName, properties }) => {
  const { DashboardName = generatedName } = v.parse(DashboardProperties, properties);
  return { Ref: DashboardName, attributes: {} };
};
