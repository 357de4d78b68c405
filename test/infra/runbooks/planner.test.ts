import { describe, expect, it } from 'vitest';
import { idUnder, propertiesUnder, synthesize } from '../synthesize.ts';

describe('the planner', () => {
  it('knows the role of the runbook that deactivates keys', () => {
    const { template } = synthesize();
    const role = idUnder(template, 'AWS::IAM::Role', 'DeactivateAccessKeyAutomationRole');
    const { Environment } = propertiesUnder(template, 'AWS::Lambda::Function', 'Planner');
    expect(Environment).toMatchObject({
      Variables: { DEACTIVATION_ROLE_ARN: { 'Fn::GetAtt': [role, 'Arn'] } },
    });
  });
});
