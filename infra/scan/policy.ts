import { partitionOf } from '../../rule/aws/regions.ts';
import type { Settings } from '../settings/settings.ts';

/** What decides the permissions of a scan. */
type PolicyOptions = {
  readonly settings: Pick<Settings, 'exemptionTagKey'>;
  readonly region?: string | undefined;
  /** The accounts to scan. @default the caller's own account */
  readonly accounts?: 'organization' | readonly string[] | undefined;
  readonly roleName: string;
};

/** Returns the actions that a scan of one account takes. */
export const readActions = ({ exemptionTagKey }: PolicyOptions['settings']): readonly string[] => [
  'cloudtrail:LookupEvents',
  'iam:GetAccessKeyLastUsed',
  'iam:GetAccountSummary',
  'iam:ListAccessKeys',
  'iam:ListAttachedUserPolicies',
  ...(exemptionTagKey === undefined ? [] : ['iam:ListUserTags']),
  'iam:ListUsers',
];

const allow = (Sid: string, Action: readonly string[], Resource: string | readonly string[]) => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource,
});

const assumeScanRoles = ({ accounts = [], region = '', roleName }: PolicyOptions) => {
  const ids = accounts === 'organization' ? ['*'] : accounts;
  const arns = ids.map((id) => `arn:${partitionOf(region)}:iam::${id}:role/${roleName}`);
  return arns.length === 0 ? [] : [allow('AssumeScanRoles', ['sts:AssumeRole'], arns)];
};

/**
 * Returns the IAM policy that permits exactly the calls of a scan with the caller's own credentials.
 *
 * The actions on a user have no other resource than users, and the others none, so `*` permits no more than their ARNs would.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export const scanPolicy = (options: PolicyOptions) => {
  const list = options.accounts === 'organization' ? ['organizations:ListAccounts'] : [];
  const actions = [...readActions(options.settings), ...list, 'sts:GetCallerIdentity'];
  return {
    Version: '2012-10-17',
    Statement: [allow('ScanAccessKeys', actions, '*'), ...assumeScanRoles(options)],
  };
};

/** The form of the ARN of a principal: a user, a role, or `*` for all principals of an account. Names can have wildcards. */
const PRINCIPAL_ARN = String.raw`^arn:[\w-]+:iam::\d{12}:(\*|(role|user)/[\w+=,.@/*?-]+)$`;

const partOfPrincipal = (index: number) => ({
  'Fn::Select': [index, { 'Fn::Split': [':', { Ref: 'TrustedPrincipalArn' }] }],
});

/** Only the trusted principal can assume the role. A condition can name a role that does not exist yet, a Principal cannot. */
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: {
        AWS: {
          'Fn::Join': ['', ['arn:', partOfPrincipal(1), ':iam::', partOfPrincipal(4), ':root']],
        },
      },
      Condition: { ArnLike: { 'aws:PrincipalArn': { Ref: 'TrustedPrincipalArn' } } },
    },
  ],
};

/** Returns the CloudFormation template of the read-only role that a scan assumes in an account. */
export const roleTemplate = ({
  settings,
  roleName,
}: Pick<PolicyOptions, 'settings' | 'roleName'>) => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description:
    'The read-only role that npm run scan of iam-user-single-access-key assumes in an account.',
  Parameters: {
    TrustedPrincipalArn: {
      Type: 'String',
      Description:
        'Who can assume the role: the ARN of a user or role, or of all principals of an account (arn:aws:iam::111122223333:*). * and ? are wildcards.',
      AllowedPattern: PRINCIPAL_ARN,
    },
    RoleName: { Type: 'String', Default: roleName, AllowedPattern: String.raw`^[\w+=,.@-]{1,64}$` },
  },
  Resources: {
    ScanRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: { Ref: 'RoleName' },
        Description: 'Reads IAM users and their access keys. Assumed by npm run scan.',
        AssumeRolePolicyDocument: TRUST,
        Policies: [
          {
            PolicyName: 'ScanAccessKeys',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [allow('ScanAccessKeys', readActions(settings), '*')],
            },
          },
        ],
      },
    },
  },
  Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['ScanRole', 'Arn'] } } },
});
