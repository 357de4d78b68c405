import { describe, expect, it } from 'vitest';
import { NAMESPACE } from '../../../rule/log/metrics.ts';
import { settleTemplate } from '../../support/settled-template.ts';
import { onlyOne, propertiesOf, synthesize } from '../synthesize.ts';

const monitoringSinkArn = 'arn:aws:oam:us-east-1:123456789012:sink/8a9b-c0d1';

describe('MetricsLink', () => {
  it('is off by default', () => {
    expect(propertiesOf(synthesize().template, 'AWS::Oam::Link')).toEqual([]);
  });

  it('shares only the metrics of the rules', () => {
    expect(onlyOne(synthesize({ monitoringSinkArn }).template, 'AWS::Oam::Link')).toMatchObject({
      SinkIdentifier: monitoringSinkArn,
      ResourceTypes: ['AWS::CloudWatch::Metric'],
      LinkConfiguration: { MetricConfiguration: { Filter: `Namespace = '${NAMESPACE}'` } },
      LabelTemplate: '$AccountName',
    });
  });

  it.each([
    ['123456789012', 0],
    ['210987654321', 1],
  ])('creates in the account %s, with the sink in 123456789012, %i links', (accountId, links) => {
    const { Resources, Conditions } = synthesize({ monitoringSinkArn }).template.toJSON();
    const settled = settleTemplate({ Resources, Conditions }, { 'AWS::AccountId': accountId });
    const types = Object.values(settled.Resources).map((resource) => Object(resource).Type);
    expect(types.filter((type) => type === 'AWS::Oam::Link')).toHaveLength(links);
  });
});
