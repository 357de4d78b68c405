import { describe, expect, it } from 'vitest';
import { parseEventPattern } from './pattern.ts';

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
    ['another value', { source: ['aws.sts'] }, false],
    ['a part of the value', { source: ['aws'] }, false],
    ['the value in other case', { source: ['AWS.IAM'] }, false],
    ['members that all fit', { source: ['aws.iam'], detail: { readOnly: [false] } }, true],
    ['members of which one does not', { source: ['aws.iam'], detail: { readOnly: [true] } }, false],
    ['a member of a member', { detail: { requestParameters: { userName: ['alice'] } } }, true],
    ['a number', { detail: { version: [1.08] } }, true],
    ['a text for a number', { detail: { version: ['1.08'] } }, false],
    ['null', { detail: { responseElements: [null] } }, true],
    ['null for what is missing', { detail: { errorCode: [null] } }, false],
    ['one value of a list in the event', { resources: ['arn:two'] }, true],
    ['no value of a list in the event', { resources: ['arn:three'] }, false],
    ['a member of what has none', { source: { name: ['aws.iam'] } }, false],
    ['exists, of what is there', { detail: { eventName: [{ exists: true }] } }, true],
    ['exists, of what is not', { detail: { errorCode: [{ exists: true }] } }, false],
    ['exists, of what is null', { detail: { responseElements: [{ exists: true }] } }, true],
    ['exists, of what has members', { detail: [{ exists: true }] }, false],
    ['exists not, of what is not there', { detail: { errorCode: [{ exists: false }] } }, true],
    ['exists not, of what is there', { detail: { eventName: [{ exists: false }] } }, false],
    ['exists not, or a value', { source: [{ exists: false }, 'aws.iam'] }, true],
  ])('with %s: %j matches %s', (_, pattern, expected) => {
    expect(parseEventPattern(pattern)(event)).toBe(expected);
  });

  it.each([
    ['another matcher', { source: [{ prefix: 'aws' }] }],
    ['two matchers in one', { source: [{ exists: true, prefix: 'aws' }] }],
    ['exists without true or false', { source: [{ exists: 'yes' }] }],
    ['$or', { $or: [{ source: ['aws.iam'] }] }],
    ['a value that is in no list', { source: 'aws.iam' }],
    ['a list of no value', { source: [] }],
    ['an object of no member', { detail: {} }],
    ['no member', {}],
    ['a list of lists', { source: [['aws.iam']] }],
    ['a text', 'aws.iam'],
    ['nothing', undefined],
  ])('is refused with %s', (_, pattern) => {
    expect(() => parseEventPattern(pattern)).toThrow(/Event pattern is not valid: .*expected.*got/);
  });
});
