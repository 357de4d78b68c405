import { ServiceError } from '../call.ts';

const CREDENTIAL = /\bCredential=([^/,\s]+)\/(?:\d{8}\/([^/,\s]+)\/)?/;

/**
 * Who signed a request, and for which Region: `Credential=<access key id>/<date>/<Region>/<service>/aws4_request`.
 *
 * @throws {ServiceError} MissingAuthenticationToken
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
export const signatureIn = (authorization = '') => {
  const [, accessKeyId, region] = CREDENTIAL.exec(authorization) ?? [];
  if (accessKeyId !== undefined) return { accessKeyId, region };
  const message = 'expected a request signed with Signature Version 4, got none';
  throw new ServiceError('MissingAuthenticationToken', message, 403);
};
