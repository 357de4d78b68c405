import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import type { RecordedEvent } from './record.ts';

/** What an event is looked up by. Which resources an event is about AWS leaves open: refused here. */
const ATTRIBUTES: Readonly<Record<string, (event: RecordedEvent) => string>> = {
  EventId: ({ record }) => record.eventID,
  EventName: ({ record }) => record.eventName,
  EventSource: ({ record }) => record.eventSource,
  ReadOnly: ({ record }) => String(record.readOnly),
  Username: ({ Username }) => Username,
  AccessKeyId: ({ record }) => record.userIdentity.accessKeyId,
};

/** One condition on the events to look up. */
export const LookupAttribute = v.strictObject({
  AttributeKey: v.string(),
  AttributeValue: v.pipe(v.string(), v.minLength(1), v.maxLength(2000)),
});

/** How LookupEvents refuses a member. */
export const invalidLookup = (
  kind: 'LookupAttributes' | 'MaxResults' | 'NextToken' | 'TimeRange',
  message: string,
) => new ServiceError(`Invalid${kind}Exception`, message);

/**
 * Tells whether an event is one of those asked for; without a condition every one is.
 *
 * @throws {ServiceError} InvalidLookupAttributesException
 */
export const matcherOf = ([wanted, ...others]: readonly v.InferOutput<
  typeof LookupAttribute
>[]) => {
  if (wanted === undefined) return () => true;
  const read = ATTRIBUTES[wanted.AttributeKey];
  if (others.length > 0 || read === undefined) {
    const expected = `at most one of ${Object.keys(ATTRIBUTES).join(', ')}`;
    const got = [wanted, ...others].map(({ AttributeKey }) => AttributeKey).join(', ');
    throw invalidLookup('LookupAttributes', `expected ${expected}, got ${got}`);
  }
  return (event: RecordedEvent) => read(event) === wanted.AttributeValue;
};
