import { describe, expect, it } from 'vitest';
import { NAMESPACE } from '../../rule/metrics.ts';
import { onlyOne, propertiesOf, synthesize } from './synthesize.ts';

const monitoringSinkArn = 'arn:aws:oam:us-east-1:123456789012:sink/8a9b-c0d1';

describe('the link to another account', () => {
  it('is not there by default', () => {
    expect(propertiesOf(synthesize().template, 'AWS::Oam::Link')).toEqual([]);
  });

  it('shares the metrics of the rules and nothing else', () => {
    expect(onlyOne(synthesize({ monitoringSinkArn }).template, 'AWS::Oam::Link')).toMatchObject({
      SinkIdentifier: monitoringSinkArn,
      ResourceTypes: ['AWS::CloudWatch::Metric'],
      LinkConfiguration: { MetricConfiguration: { Filter: `Namespace = '${NAMESPACE}'` } },
      LabelTemplate: '$AccountName',
    });
  });
});
