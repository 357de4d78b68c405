import { runSimulation } from '@cloud-copilot/iam-simulate';
import { describe, expect, it } from 'vitest';
import { readActions, roleTemplate, scanPolicy } from '../../../infra/scan/policy.ts';

const settings = { exemptionTagKey: undefined };
const roleName = 'Scan';

describe('the policy of the caller', () => {
  const resourcesOf = (options: Partial<Parameters<typeof scanPolicy>[0]>) =>
    scanPolicy({ settings, roleName, ...options }).Statement.find(
      ({ Sid }) => Sid === 'AssumeScanRoles',
    )?.Resource;

  it('permits to assume the role in all accounts, in the given ones, or none', () => {
    expect(resourcesOf({ accounts: 'organization' })).toEqual(['arn:aws:iam::*:role/Scan']);
    expect(resourcesOf({ accounts: ['111111111111', '222222222222'] })).toEqual([
      'arn:aws:iam::111111111111:role/Scan',
      'arn:aws:iam::222222222222:role/Scan',
    ]);
    expect(resourcesOf({})).toBeUndefined();
  });

  it.each([
    ['eu-west-1', 'aws'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['cn-north-1', 'aws-cn'],
  ])('has in %s the partition %s', (region, partition) => {
    expect(resourcesOf({ accounts: 'organization', region })).toEqual([
      `arn:${partition}:iam::*:role/Scan`,
    ]);
  });
});

/** Resolves the intrinsic functions of the template for a trusted principal. */
const resolve = (value: unknown, TrustedPrincipalArn: string): unknown => {
  if (Array.isArray(value)) return value.map((item) => resolve(item, TrustedPrincipalArn));
  if (typeof value !== 'object' || value === null) return value;
  const [[name = '', given] = []] = Object.entries(value);
  const operand = resolve(given, TrustedPrincipalArn);
  if (name === 'Ref') return operand === 'TrustedPrincipalArn' ? TrustedPrincipalArn : operand;
  if (!Array.isArray(operand) || !name.startsWith('Fn::'))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, resolve(item, TrustedPrincipalArn)]),
    );
  const [first, second] = operand;
  if (name === 'Fn::Split') return String(second).split(String(first));
  return name === 'Fn::Select' ? second[Number(first)] : second.join(String(first));
};

describe('the template of the role', () => {
  const template = roleTemplate({ settings, roleName });

  it('has the name of --role-name as the default of its parameter', () => {
    expect(template.Parameters.RoleName.Default).toBe('Scan');
  });

  it('permits only to read', () => {
    const [policy] = template.Resources.ScanRole.Properties.Policies;
    expect(policy?.PolicyDocument.Statement).toEqual([
      { Sid: 'ScanAccessKeys', Effect: 'Allow', Action: readActions(settings), Resource: '*' },
    ]);
    for (const action of readActions({ exemptionTagKey: 'until' }))
      expect(action).toMatch(/^(iam:(Get|List)|cloudtrail:LookupEvents$)/);
  });

  const user = 'arn:aws:iam::111111111111:user/auditor';
  const role =
    'arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Audit_1';

  it.each([
    [user, user, true],
    [user, 'arn:aws:iam::111111111111:user/auditor2', false],
    [user, 'arn:aws:iam::222222222222:user/auditor', false],
    ['arn:aws:iam::111111111111:role/*AWSReservedSSO_Audit_*', role, true],
    ['arn:aws:iam::111111111111:role/*AWSReservedSSO_Audit_*', user, false],
    ['arn:aws:iam::111111111111:*', user, true],
    ['arn:aws:iam::111111111111:*', role, true],
    ['arn:aws:iam::111111111111:*', 'arn:aws:iam::222222222222:user/auditor', false],
  ])('trusts with %s the principal %s: %j', async (trusted, principal, isTrusted) => {
    const policy = resolve(
      template.Resources.ScanRole.Properties.AssumeRolePolicyDocument,
      trusted,
    );
    const allowed = { Effect: 'Allow', Action: '*', Resource: '*' };
    const simulated = await runSimulation(
      {
        request: {
          principal,
          action: 'sts:AssumeRole',
          resource: {
            resource: 'arn:aws:iam::333333333333:role/Scan',
            accountId: '333333333333',
          },
          contextVariables: { 'aws:PrincipalArn': principal },
        },
        identityPolicies: [
          { name: 'admin', policy: { Version: '2012-10-17', Statement: [allowed] } },
        ],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        resourcePolicy: policy,
      },
      {},
    );
    expect(simulated).toMatchObject({
      overallResult: isTrusted ? 'Allowed' : expect.stringMatching(/Denied$/),
    });
  });

  it.each([
    [user, true],
    [role, true],
    ['arn:aws-us-gov:iam::111111111111:*', true],
    ['arn:aws:iam::111111111111:root', false],
    ['arn:aws:iam::*:role/audit', false],
    ['*', false],
    ['arn:aws:sts::111111111111:assumed-role/audit/me', false],
  ])('accepts as trusted principal %s: %j', (arn, isAccepted) => {
    const { AllowedPattern } = template.Parameters.TrustedPrincipalArn;
    expect(new RegExp(AllowedPattern).test(arn)).toBe(isAccepted);
  });
});
