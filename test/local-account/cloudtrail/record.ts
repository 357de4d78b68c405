import { randomUUID } from 'node:crypto';
import type { Call, ServiceError } from '../call.ts';
import type { Ending } from '../dispatch.ts';
import type { Roles } from '../roles.ts';
import { iamRegionOf } from './iam-region.ts';
import { identityOf, type UserIdentity } from './identity.ts';
import { requestParametersOf, responseElementsOf } from './parameters.ts';

/** A management event, as CloudTrail writes it. */
export type CloudTrailRecord = {
  readonly eventVersion: string;
  readonly userIdentity: UserIdentity;
  /** ISO 8601, in whole seconds. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly eventType: 'AwsApiCall';
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  readonly eventCategory: 'Management';
};

/** A record, and the name by which LookupEvents finds who called. */
export type RecordedEvent = { readonly record: CloudTrailRecord; readonly Username: string };

/** IAM answers `NoSuchEntity` where CloudTrail writes the name of the exception. */
const errorCodeOf = ({ code }: ServiceError) => {
  if (code === 'ValidationError') return 'ValidationException';
  return /^AccessDenied|Exception$/.test(code) ? code : `${code}Exception`;
};

/** Of a call that was not allowed CloudTrail tells no parameters. */
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

/**
 * Writes the record of a call that changes IAM.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export const recordOf = (
  call: Call,
  ending: Ending,
  account: { readonly accountId: string; readonly region: string; readonly roles: Roles },
): RecordedEvent => {
  const { userIdentity, Username } = identityOf(call.principal, call.at, account);
  const record: CloudTrailRecord = {
    eventVersion: '1.11',
    userIdentity,
    eventTime: `${call.at.toISOString().slice(0, 19)}Z`,
    eventSource: 'iam.amazonaws.com',
    eventName: call.operation,
    awsRegion: iamRegionOf(account.region),
    sourceIPAddress: '127.0.0.1',
    userAgent: 'local-account',
    ...outcomeOf(call, ending),
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account.accountId,
    eventCategory: 'Management',
  };
  return { record, Username };
};
