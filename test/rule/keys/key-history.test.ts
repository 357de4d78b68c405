import { describe, expect, it } from 'vitest';
import { InvalidResponseError } from '../../../rule/input/parse.ts';
import { changesOf, historyBegins, readStatusChange } from '../../../rule/keys/key-history.ts';
import { accessKey, at, daysBefore, historyOf, keyId, statusChange } from '../../support/build.ts';

/** The event of an operator who deactivates the key of alice, with some members changed. */
const event = (overrides: object = {}) => ({
  eventVersion: '1.11',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/op', userName: 'op' },
  eventTime: '2026-01-01T10:00:00Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'UpdateAccessKey',
  requestParameters: { userName: 'alice', accessKeyId: keyId('A'), status: 'Inactive' },
  responseElements: null,
  eventID: 'e-1',
  ...overrides,
});
const read = (overrides: object = {}) => readStatusChange(JSON.stringify(event(overrides)));

describe('readStatusChange', () => {
  it('reads the key, the status, the time and the caller', () => {
    expect(read()).toEqual({
      eventID: 'e-1',
      eventTime: new Date('2026-01-01T10:00:00Z'),
      accessKeyId: keyId('A'),
      status: 'Inactive',
      callerArn: 'arn:aws:iam::123456789012:user/op',
      roleArn: undefined,
      userAgent: undefined,
    });
  });

  it('reads the event of a user that updates its own key, without a user name', () => {
    expect(
      read({ requestParameters: { accessKeyId: keyId('A'), status: 'Active' } }),
    ).toMatchObject({ accessKeyId: keyId('A'), status: 'Active' });
  });

  it('reads the role of a session', () => {
    const sessionContext = { sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::1:role/runbook' } };
    const arn = 'arn:aws:sts::1:assumed-role/runbook/session';
    expect(read({ userIdentity: { type: 'AssumedRole', arn, sessionContext } })).toMatchObject({
      callerArn: arn,
      roleArn: 'arn:aws:iam::1:role/runbook',
    });
  });

  it.each([
    [{ userAgent: 'aws-cli/2' }, 'aws-cli/2'],
    [{ userAgent: null }, undefined],
    [
      {
        userAgent: 'aws-cli/2',
        userIdentity: { invokedBy: 'cloudformation.amazonaws.com' },
      },
      'cloudformation.amazonaws.com',
    ],
    [{ userAgent: 'aws-cli/2', userIdentity: { invokedBy: null } }, 'aws-cli/2'],
  ])('reads from %j the user agent, or the service that made the call: %s', (members, expected) => {
    expect(read(members)?.userAgent).toBe(expected);
  });

  it.each([
    undefined,
    null,
    { sessionContext: null },
    { arn: null, sessionContext: {} },
    { sessionContext: { sessionIssuer: null } },
    { sessionContext: { sessionIssuer: {} } },
  ])('reads no caller and no role from the identity %j', (userIdentity) => {
    const change = read({ userIdentity });
    expect(change).toMatchObject({ eventID: 'e-1' });
    expect(change?.callerArn).toBeUndefined();
    expect(change?.roleArn).toBeUndefined();
  });

  it.each(['Active', 'Inactive', 'Expired'])('reads a change to %s', (status) => {
    const requestParameters = { accessKeyId: keyId('A'), status };
    expect(read({ requestParameters })).toMatchObject({ ...requestParameters, eventID: 'e-1' });
  });

  it.each([
    ['a denied call', { errorCode: 'AccessDenied', requestParameters: null }],
    ['a failed call', { errorCode: 'NoSuchEntityException' }],
    ['another call', { eventName: 'CreateAccessKey' }],
    ['a call of another service', { eventSource: 'transfer.amazonaws.com' }],
  ])('ignores %s', (_, overrides) => {
    expect(read(overrides)).toBeUndefined();
  });

  it.each([
    ['no key', { requestParameters: { status: 'Inactive' } }, 'requestParameters.accessKeyId'],
    ['no parameters', { requestParameters: null }, 'requestParameters'],
    ['another status', { requestParameters: { accessKeyId: 'A', status: 'Off' } }, 'status'],
    ['no time', { eventTime: 'yesterday' }, 'eventTime'],
    ['no name', { eventName: undefined }, 'eventName'],
  ])('refuses a successful call with %s and names the member', (_, overrides, member) => {
    expect(() => read(overrides)).toThrow(InvalidResponseError);
    expect(() => read(overrides)).toThrow(member);
  });

  it.each(['{', 'null', '"text"', undefined])('refuses %j', (text) => {
    expect(() => readStatusChange(text)).toThrow(InvalidResponseError);
    expect(() => readStatusChange(text)).toThrow('CloudTrailEvent');
  });
});

describe('changesOf', () => {
  const key = accessKey('A');
  const inBothOrders = <Item>(one: Item, other: Item) => [
    [one, other],
    [other, one],
  ];

  it('returns the changes of one key, the oldest first', () => {
    const newer = statusChange('A', 'Active', { days: 1 });
    const older = statusChange('A', 'Inactive', { days: 2 });
    const history = historyOf([newer, statusChange('B', 'Active'), older]);
    expect(changesOf(history, key)).toEqual([older, newer]);
    expect(changesOf(history, accessKey('C'))).toEqual([]);
  });

  it('sorts the change to the current status last within the same second', () => {
    for (const changes of inBothOrders(statusChange('A', 'Active'), statusChange('A', 'Inactive')))
      for (const Status of ['Active', 'Inactive'])
        expect(changesOf(historyOf(changes), { ...key, Status }).at(-1)?.status).toBe(Status);
  });

  it('sorts equal changes by their event ids', () => {
    const one = { ...statusChange('A', 'Inactive'), eventID: 'a' };
    const other = { ...one, eventID: 'b' };
    for (const changes of inBothOrders(one, other))
      expect(changesOf(historyOf(changes), key)).toEqual([one, other]);
  });
});

describe('historyBegins', () => {
  it('is 90 days before the run', () => {
    expect(historyBegins(at)).toEqual(daysBefore(90));
  });
});
