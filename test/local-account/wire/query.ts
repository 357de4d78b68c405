import { XMLBuilder } from 'fast-xml-parser';
import { ServiceError } from '../dispatch.ts';
import type { WireProtocol } from './protocol.ts';

/** The services that use this protocol, with their API versions. */
const VERSIONS = [
  { service: 'iam', version: '2010-05-08' },
  { service: 'sts', version: '2011-06-15' },
  { service: 'sns', version: '2010-03-31' },
] as const;

const serviceOf = (version: string | null | undefined) =>
  VERSIONS.find((known) => known.version === version)?.service;

/** Returns the XML namespace of a service, or nothing for an unknown service. */
const namespaceOf = (service: string | undefined) => {
  const known = VERSIONS.find((candidate) => candidate.service === service);
  if (known === undefined) return undefined;
  // SNS still uses an http namespace.
  const scheme = known.service === 'sns' ? 'http' : 'https';
  return { '@_xmlns': `${scheme}://${known.service}.amazonaws.com/doc/${known.version}/` };
};

const builder = new XMLBuilder({ ignoreAttributes: false });

/** XML 1.0 has no control characters, not even escaped. A message may quote some from the input. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes them
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** IAM writes dates in whole seconds. */
const isoSeconds = (date: Date) => `${date.toISOString().slice(0, 19)}Z`;

const toElements = (value: unknown): unknown => {
  if (value instanceof Date) return isoSeconds(value);
  if (Array.isArray(value)) return { member: value.map(toElements) };
  if (value instanceof Map)
    return { entry: Array.from(value, ([key, item]) => ({ key, value: toElements(item) })) };
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
 * The AWS query protocol, as IAM, STS and SNS speak it: the request is a form, the response is XML.
 *
 * Input members are text, because a form has no numbers. Lists (`Tags.member.1.Key`) stay flat.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export const queryProtocol: WireProtocol = {
  decode: ({ body }) => {
    const { Action, Version, ...input } = Object.fromEntries(new URLSearchParams(body));
    const service = serviceOf(Version);
    if (Action !== undefined && service !== undefined) return { service, operation: Action, input };
    const expected = `an Action of Version ${VERSIONS.map(({ version }) => version).join(' or ')}`;
    const got = `Action ${JSON.stringify(Action)}, Version ${JSON.stringify(Version)}`;
    throw new ServiceError('InvalidAction', `expected ${expected}, got ${got}`);
  },

  encode: (output, { service, operation }, RequestId) =>
    answer(200, {
      [`${operation}Response`]: {
        ...namespaceOf(service),
        ...(output === undefined ? {} : { [`${operation}Result`]: toElements(output) }),
        ResponseMetadata: { RequestId },
      },
    }),

  encodeError: ({ code, message, statusCode }, RequestId, { body }) => {
    const Type = statusCode < 500 ? 'Sender' : 'Receiver';
    const document = { Error: { Type, Code: code, Message: message }, RequestId };
    const namespace = namespaceOf(serviceOf(new URLSearchParams(body).get('Version')));
    return answer(statusCode, { ErrorResponse: { ...namespace, ...Object(toElements(document)) } });
  },
};
