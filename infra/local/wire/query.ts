import { XMLBuilder } from 'fast-xml-parser';
import { ServiceError } from '../call.ts';
import type { WireProtocol } from './protocol.ts';

const IAM_VERSION = '2010-05-08';
const IAM_NAMESPACE = { '@_xmlns': `https://iam.amazonaws.com/doc/${IAM_VERSION}/` };
const builder = new XMLBuilder({ ignoreAttributes: false });

/** XML 1.0 cannot hold control characters, even escaped; a message may quote some from the input. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** IAM answers dates in whole seconds. */
const isoSeconds = (date: Date) => `${date.toISOString().slice(0, 19)}Z`;

const toElements = (value: unknown): unknown => {
  if (value instanceof Date) return isoSeconds(value);
  if (Array.isArray(value)) return { member: value.map(toElements) };
  if (typeof value !== 'object' || value === null)
    return String(value).replaceAll(NOT_IN_XML, '\ufffd');
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, toElements(member)]));
};

const answer = (statusCode: number, document: Record<string, unknown>) => ({
  statusCode,
  headers: { 'content-type': 'text/xml' },
  body: builder.build(document),
});

/**
 * The AWS query protocol, as IAM speaks it: a form in, `<ActionResponse>` out.
 *
 * The input's members are text, since a form has no numbers; lists (`Tags.member.1.Key`) stay flat.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export const queryProtocol: WireProtocol = {
  decode: ({ body }) => {
    const { Action, Version, ...input } = Object.fromEntries(new URLSearchParams(body));
    if (Action === undefined || Version !== IAM_VERSION) {
      const got = `Action ${JSON.stringify(Action)}, Version ${JSON.stringify(Version)}`;
      const message = `expected an Action of IAM's Version ${IAM_VERSION}, got ${got}`;
      throw new ServiceError('InvalidAction', message);
    }
    return { service: 'iam', operation: Action, input };
  },

  encode: (output, { operation }, RequestId) =>
    answer(200, {
      [`${operation}Response`]: {
        ...IAM_NAMESPACE,
        ...(output === undefined ? {} : { [`${operation}Result`]: toElements(output) }),
        ResponseMetadata: { RequestId },
      },
    }),

  encodeError: ({ code, message, statusCode }, RequestId) => {
    const Type = statusCode < 500 ? 'Sender' : 'Receiver';
    const document = { Error: { Type, Code: code, Message: message }, RequestId };
    return answer(statusCode, {
      ErrorResponse: { ...IAM_NAMESPACE, ...Object(toElements(document)) },
    });
  },
};
