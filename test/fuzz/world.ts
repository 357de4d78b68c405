import { NoSuchEntityException } from '@aws-sdk/client-iam';
import { daysBefore, keyId } from '../support/build.ts';
import { findingSettings, stored } from '../support/findings.ts';
import { JsonText, SECRET } from './breakage.ts';

/** Ids of three users: with two active keys, with an inactive key, and without keys. */
export const ALICE = 'AIDAXXXXXXXXXXXXALICE';
export const BOB = 'AIDAXXXXXXXXXXXXXXBOB';
export const CAROL = 'AIDAXXXXXXXXXXXXCAROL';

/** Alice's unused key, which the planner selects. */
export const OLD = keyId('OLD');

const user = (UserName: string, UserId: string) => ({
  ...{ UserName, UserId, Path: '/', CreateDate: daysBefore(500), Tags: [SECRET] },
  Arn: `arn:aws:iam::123456789012:user/${UserName}`,
});
const key = (name: string, Status = 'Active') => ({
  AccessKeyId: keyId(name),
  Status,
  CreateDate: daysBefore(400),
  UserName: SECRET,
});
const result = (ResourceId: string, ComplianceType: string) => ({
  EvaluationResultIdentifier: {
    EvaluationResultQualifier: {
      ConfigRuleName: findingSettings.rules[0]?.name,
      ResourceType: 'AWS::IAM::User',
      ResourceId,
    },
    OrderingTimestamp: daysBefore(1),
  },
  ComplianceType,
  Annotation: `${ComplianceType} by ${keyId('OLD')}`,
  ResultToken: SECRET,
});
const ruleOf = (ConfigRuleName: string, parameters: object) => ({
  ConfigRules: [{ ConfigRuleName, InputParameters: new JsonText(parameters), Description: SECRET }],
});

/** The answers of AWS by operation, as the SDK returns them. */
export const ANSWERS: Readonly<Record<string, unknown>> = {
  ListUsers: {
    IsTruncated: false,
    Users: [user('alice', ALICE), user('bob', BOB), user('carol', CAROL)],
  },
  ListAccessKeys: { IsTruncated: false, AccessKeyMetadata: [key('OLD'), key('NEW')] },
  GetAccessKeyLastUsed: {
    UserName: SECRET,
    AccessKeyLastUsed: { LastUsedDate: daysBefore(1), ServiceName: 's3', Region: 'us-east-1' },
  },
  ListUserTags: { IsTruncated: false, Tags: [{ Key: 'keys-until', Value: '2025-01-01' }] },
  GetUser: { User: user('alice', ALICE) },
  GetAccountSummary: { SummaryMap: { Users: 3, Groups: 1 } },
  GetComplianceDetailsByConfigRule: {
    EvaluationResults: [result(ALICE, 'NON_COMPLIANT'), result(BOB, 'COMPLIANT')],
  },
  GetComplianceDetailsByResource: { EvaluationResults: [result(ALICE, 'NON_COMPLIANT')] },
  PutEvaluations: { FailedEvaluations: [] },
  StartConfigRulesEvaluation: {},
  DescribeConfigRules: ruleOf('iam-user-single-access-key', { minimumIdleDays: '7' }),
  LookupEvents: {
    Events: [
      {
        EventId: SECRET,
        CloudTrailEvent: new JsonText({
          eventID: 'event-1',
          eventTime: '2025-12-20T12:00:00Z',
          eventSource: 'iam.amazonaws.com',
          eventName: 'UpdateAccessKey',
          requestParameters: { accessKeyId: keyId('BOB'), status: 'Inactive' },
          userIdentity: {
            accessKeyId: SECRET,
            sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::123456789012:role/admin' } },
          },
        }),
      },
    ],
  },
  GetFindings: { Findings: [{ ...stored(), Id: `${stored().GeneratorId}/user/${ALICE}` }] },
  BatchImportFindings: { FailedCount: 0, SuccessCount: 1, FailedFindings: [] },
};

/** The keys of each user. */
const KEYS_OF: Readonly<Record<string, unknown>> = {
  alice: ANSWERS['ListAccessKeys'],
  bob: { AccessKeyMetadata: [key('BOB', 'Inactive')] },
  carol: { AccessKeyMetadata: [] },
};

/** A recorded call. */
export type Asked = {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
};

const notFound = (name: unknown) =>
  new NoSuchEntityException({ message: `no user ${String(name).slice(0, 80)}`, $metadata: {} });

/** Creates a fake AWS whose answers to one operation are broken. It records the calls. */
export const createWorld = () => {
  let broken: { readonly operation: string; readonly answer: unknown } | undefined;
  const asked: Asked[] = [];
  const isBroken = ({ operation, input }: Asked) =>
    broken?.operation === operation &&
    (operation !== 'ListAccessKeys' || input['UserName'] === 'alice');
  return {
    asked,
    begin: (operation: string, answer: unknown) => {
      broken = { operation, answer };
      asked.splice(0);
    },
    /** @throws {NoSuchEntityException} if there is no such user */
    answer: (call: Asked): unknown => {
      asked.push(call);
      if (isBroken(call)) return broken?.answer;
      const { operation, input } = call;
      if (operation !== 'ListAccessKeys') return ANSWERS[operation];
      if (Object.hasOwn(KEYS_OF, String(input['UserName'])))
        return KEYS_OF[String(input['UserName'])];
      throw notFound(input['UserName']);
    },
  };
};

export type World = ReturnType<typeof createWorld>;
