import { describe, expect, it } from 'vitest';
import { parseEventPattern } from './rules.ts';

const event = {
  source: 'aws.iam',
  resources: ['arn:one', 'arn:two'],
  detail: {
    eventName: 'CreateAccessKey',
    readOnly: false,
    version: 1.08,
    requestParameters: { userName: 'alice' },
    responseElements: null,
  },
};

describe('an event pattern', () => {
  it.each([
    ['a value', { source: ['aws.iam'] }, true],
    ['one of several values', { source: ['aws.sts', 'aws.iam'] }, true],
    ['a different value', { source: ['aws.sts'] }, false],
    ['a part of the value', { source: ['aws'] }, false],
    ['the value in a different case', { source: ['AWS.IAM'] }, false],
    ['members that all match', { source: ['aws.iam'], detail: { readOnly: [false] } }, true],
    ['one member that differs', { source: ['aws.iam'], detail: { readOnly: [true] } }, false],
    ['a nested member', { detail: { requestParameters: { userName: ['alice'] } } }, true],
    ['a number', { detail: { version: [1.08] } }, true],
    ['a text for a number', { detail: { version: ['1.08'] } }, false],
    ['null', { detail: { responseElements: [null] } }, true],
    ['null for a missing member', { detail: { errorCode: [null] } }, false],
    ['a value of a list in the event', { resources: ['arn:two'] }, true],
    ['a value that is not in a list of the event', { resources: ['arn:three'] }, false],
    ['a member of a text', { source: { name: ['aws.iam'] } }, false],
    ['exists: true for a present member', { detail: { eventName: [{ exists: true }] } }, true],
    ['exists: true for a missing member', { detail: { errorCode: [{ exists: true }] } }, false],
    ['exists: true for null', { detail: { responseElements: [{ exists: true }] } }, true],
    ['exists: true for an object', { detail: [{ exists: true }] }, false],
    ['exists: false for a missing member', { detail: { errorCode: [{ exists: false }] } }, true],
    ['exists: false for a present member', { detail: { eventName: [{ exists: false }] } }, false],
    ['exists: false or a value', { source: [{ exists: false }, 'aws.iam'] }, true],
  ])('with %s: %j matches %s', (_, pattern, expected) => {
    expect(parseEventPattern(pattern)(event)).toBe(expected);
  });

  it.each([
    ['an unknown matcher', { source: [{ prefix: 'aws' }] }],
    ['two matchers in one object', { source: [{ exists: true, prefix: 'aws' }] }],
    ['exists without true or false', { source: [{ exists: 'yes' }] }],
    ['$or', { $or: [{ source: ['aws.iam'] }] }],
    ['a value outside a list', { source: 'aws.iam' }],
    ['an empty list', { source: [] }],
    ['an empty object', { detail: {} }],
    ['an empty pattern', {}],
    ['a list of lists', { source: [['aws.iam']] }],
    ['a text', 'aws.iam'],
    ['nothing', undefined],
  ])('is refused with %s', (_, pattern) => {
    expect(() => parseEventPattern(pattern)).toThrow(/Event pattern is not valid: .*expected.*got/);
  });
});
