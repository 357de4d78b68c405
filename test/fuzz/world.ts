import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { NoSuchEntityException } from '@aws-sdk/client-iam';
import { daysBefore, keyId } from '../support/build.ts';
import { findingSettings, stored } from '../support/findings.ts';
import { JsonText, render, SECRET } from './breakage.ts';

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
  ListAttachedUserPolicies: {
    IsTruncated: false,
    AttachedPolicies: [
      { PolicyName: SECRET, PolicyArn: 'arn:aws:iam::aws:policy/IAMUserChangePassword' },
    ],
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

const isJson = ({ headers }: IncomingMessage) => headers['x-amz-target'] !== undefined;

const askedBy = (request: IncomingMessage, body: string): Asked => {
  const { url, headers } = request;
  if (isJson(request))
    return {
      operation: String(headers['x-amz-target']).split('.').at(-1) ?? '',
      input: JSON.parse(body),
    };
  if (url === '/findings') return { operation: 'GetFindings', input: JSON.parse(body) };
  if (url === '/findings/import')
    return { operation: 'BatchImportFindings', input: JSON.parse(body) };
  const { Action = '', ...input } = Object.fromEntries(new URLSearchParams(body));
  return { operation: Action, input };
};

const escapeXml = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Writes any value as XML in the style of IAM. */
const toXml = (value: unknown): string => {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'NaN' : value.toISOString();
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return escapeXml(String(value ?? ''));
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `<${name}>${toXml(member)}</${name}>`)
    .join('');
};

const isMembers = (value: unknown): value is object => typeof value === 'object' && value !== null;

const summary = ({ SummaryMap }: { SummaryMap?: unknown }) =>
  Object.entries(isMembers(SummaryMap) ? SummaryMap : { broken: SummaryMap })
    .map(([key, value]) => `<entry><key>${key}</key><value>${toXml(value)}</value></entry>`)
    .join('');

function epochSeconds(this: Record<string, unknown>, key: string, value: unknown) {
  const member = this[key];
  return member instanceof Date ? member.getTime() / 1000 : value;
}

const encode = (answer: unknown, { operation }: Asked, json: boolean): string => {
  if (json) return JSON.stringify(answer, epochSeconds) ?? '';
  const result =
    operation === 'GetAccountSummary' && isMembers(answer)
      ? `<SummaryMap>${summary(answer)}</SummaryMap>`
      : toXml(answer);
  return `<${operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${operation}Result>${result}</${operation}Result></${operation}Response>`;
};

/** Serves the fake AWS on loopback. `spoil` changes the bytes of an answer. */
export const serveWorld = async (world: World, spoil: (asked: Asked, body: string) => string) => {
  const server = createServer(async (request, response) => {
    const asked = askedBy(request, await text(request));
    const json = isJson(request) || request.url?.startsWith('/findings') === true;
    response.setHeader('content-type', json ? 'application/x-amz-json-1.1' : 'text/xml');
    try {
      response.end(spoil(asked, encode(render(world.answer(asked)), asked, json)));
    } catch {
      // The only error is an unknown user.
      response.writeHead(404);
      response.end(
        '<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no</Message></Error></ErrorResponse>',
      );
    }
  });
  // Connections stay open between cases. A closed connection would look like a fault.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
