import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { IAM_REGIONS } from '../../../rule/aws/regions.ts';
import type { Call, Ending, ServiceError } from '../dispatch.ts';
import { unfold } from '../request.ts';
import type { LocalRole, Roles } from '../sts/sts.ts';

const Members = v.record(v.string(), v.unknown());
const camelCase = (name: string) => name.replace(/^[A-Z]/, (letter) => letter.toLowerCase());

const rename = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(rename);
  if (!v.is(Members, value) || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [camelCase(name), rename(member)]),
  );
};

/** Writes the members of a request in camel case, as CloudTrail does; `null` without members. */
export const requestParametersOf = (input: unknown): unknown =>
  v.is(Members, input) && Object.keys(input).length > 0 ? rename(unfold(input)) : null;

/** Writes a date as records of IAM do: `Mar 24, 2014 9:11:59 PM`. */
const textOf = (date: Date) => {
  const day = date.toLocaleDateString('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
  const hours = date.getUTCHours();
  const [minutes, seconds] = date.toISOString().slice(14, 19).split(':');
  return `${day} ${hours % 12 || 12}:${minutes}:${seconds} ${hours < 12 ? 'AM' : 'PM'}`;
};

const AccessKey = v.object({
  UserName: v.string(),
  AccessKeyId: v.string(),
  Status: v.string(),
  CreateDate: v.pipe(v.date(), v.transform(textOf)),
});
const User = v.object({
  Path: v.string(),
  UserName: v.string(),
  UserId: v.string(),
  Arn: v.string(),
  CreateDate: v.pipe(v.date(), v.transform(textOf)),
});

/** The parts of responses that CloudTrail records. Secrets are not among them. */
const RESPONSES: Readonly<Record<string, v.GenericSchema>> = {
  CreateAccessKey: v.object({ AccessKey }),
  CreateUser: v.object({ User }),
};

/** Writes the recorded part of a response; `null` for an operation that creates nothing. */
export const responseElementsOf = (operation: string, output: unknown): unknown => {
  const schema = RESPONSES[operation];
  return schema === undefined ? null : rename(v.parse(schema, output));
};

const SESSION = 'session';
const OPERATOR = 'operator';

const roleIdentity = (role: LocalRole, accountId: string, at: Date) => {
  const accessKeyId = role.environment.AWS_ACCESS_KEY_ID;
  const roleId = accessKeyId.replace(/^ASIA/, 'AROA');
  return {
    type: 'AssumedRole',
    principalId: `${roleId}:${SESSION}`,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.RoleName}/${SESSION}`,
    accountId,
    accessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: roleId,
        arn: role.Arn,
        accountId,
        userName: role.RoleName,
      },
      attributes: { creationDate: `${at.toISOString().slice(0, 19)}Z`, mfaAuthenticated: 'false' },
    },
  };
};

const operatorIdentity = (accessKeyId: string, accountId: string) => ({
  type: 'IAMUser',
  principalId: accessKeyId.replace(/^AKIA/, 'AIDA'),
  arn: `arn:aws:iam::${accountId}:user/${OPERATOR}`,
  accountId,
  accessKeyId,
  userName: OPERATOR,
});

/**
 * Returns the identity of a principal and the name by which LookupEvents finds it: for a role, its session name.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export const identityOf = (
  principal: string,
  at: Date,
  { roles, accountId }: { readonly roles: Roles; readonly accountId: string },
) => {
  const role = roles.byName.get(principal);
  if (role !== undefined)
    return { userIdentity: roleIdentity(role, accountId, at), Username: SESSION };
  return { userIdentity: operatorIdentity(roles.operatorKeyId, accountId), Username: OPERATOR };
};

const partitionOf = (region: string) => {
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return region.startsWith('cn-') ? 'aws-cn' : 'aws';
};

/**
 * Returns the Region in which CloudTrail records IAM events: one per partition.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export const iamRegionOf = (region: string): string => {
  const iamRegion = IAM_REGIONS[partitionOf(region)];
  if (iamRegion === undefined) throw new Error(`expected a Region of AWS, got ${region}`);
  return iamRegion;
};

/** IAM responds with `NoSuchEntity`, CloudTrail writes `NoSuchEntityException`. */
const errorCodeOf = ({ code }: ServiceError) => {
  if (code === 'ValidationError') return 'ValidationException';
  return /^AccessDenied|Exception$/.test(code) ? code : `${code}Exception`;
};

/** CloudTrail records no parameters of a call that was denied. */
const outcomeOf = ({ operation, input }: Call, ending: Ending) => {
  if ('output' in ending)
    return {
      requestParameters: requestParametersOf(input),
      responseElements: responseElementsOf(operation, ending.output),
    };
  const errorCode = errorCodeOf(ending.error);
  return {
    errorCode,
    errorMessage: ending.error.message,
    requestParameters: errorCode.startsWith('AccessDenied') ? null : requestParametersOf(input),
    responseElements: null,
  };
};

/** What every record of an API call has. */
const API_CALL = { eventVersion: '1.11', eventType: 'AwsApiCall', managementEvent: true } as const;

/**
 * Returns the record of a call that changes IAM, and the name by which LookupEvents finds its caller.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export const recordOf = (
  call: Call,
  ending: Ending,
  account: { readonly accountId: string; readonly region: string; readonly roles: Roles },
) => {
  const { userIdentity, Username } = identityOf(call.principal, call.at, account);
  const record = {
    ...API_CALL,
    userIdentity,
    eventTime: `${call.at.toISOString().slice(0, 19)}Z`,
    eventSource: 'iam.amazonaws.com',
    eventName: call.operation,
    awsRegion: iamRegionOf(account.region),
    sourceIPAddress: '127.0.0.1',
    userAgent: call.userAgent ?? 'local-account',
    ...outcomeOf(call, ending),
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: false,
    recipientAccountId: account.accountId,
    eventCategory: 'Management',
  };
  return { record, Username };
};

/** A record and the name by which LookupEvents finds its caller. */
export type RecordedEvent = ReturnType<typeof recordOf>;

/** A call that an access key has signed: its service and API, and who made it from where. */
export type SignedCall = Pick<
  RecordedEvent['record'],
  'eventSource' | 'eventName' | 'awsRegion' | 'sourceIPAddress' | 'userAgent'
> & { readonly AccessKeyId: string; readonly at: Date };

/** Returns the record of a call that a key of a user has signed. */
export const signedRecordOf = (
  { AccessKeyId, at, ...call }: SignedCall,
  accountId: string,
): RecordedEvent => {
  const userIdentity = operatorIdentity(AccessKeyId, accountId);
  const record = {
    ...API_CALL,
    userIdentity,
    eventTime: `${at.toISOString().slice(0, 19)}Z`,
    ...call,
    requestParameters: null,
    responseElements: null,
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: true,
    recipientAccountId: accountId,
    eventCategory: 'Management',
  };
  return { record, Username: userIdentity.userName };
};
