import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

describe('cdk-nag', () => {
  it.each([
    {},
    { triggers: 'schedule', automaticRemediation: true, automaticDeletion: true },
    { approvers: 'alice', approvalTopicArn: 'arn:aws:sns:us-east-1:123456789012:Automation' },
  ])('reports no violation of the AWS Solutions rules with %j', (settings) => {
    const { stack } = synthesize(settings);

    expect(new AwsSolutionsChecks().validateScope(stack)).toEqual({
      success: true,
      violations: [],
    });
  });
});
