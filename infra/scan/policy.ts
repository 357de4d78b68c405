import type { Settings } from '../settings/settings.ts';

/**
 * Returns the IAM policy that permits exactly the calls of a scan.
 *
 * The actions on a user have no other resource than users, and the others none, so `*` permits no more than their ARNs would.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export const scanPolicy = ({ exemptionTagKey }: Pick<Settings, 'exemptionTagKey'>) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'ScanAccessKeys',
      Effect: 'Allow',
      Action: [
        'cloudtrail:LookupEvents',
        'iam:GetAccessKeyLastUsed',
        'iam:GetAccountSummary',
        'iam:ListAccessKeys',
        'iam:ListAttachedUserPolicies',
        ...(exemptionTagKey === undefined ? [] : ['iam:ListUserTags']),
        'iam:ListUsers',
        'sts:GetCallerIdentity',
      ],
      Resource: '*',
    },
  ],
});
