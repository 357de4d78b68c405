import { describe, expect, it } from 'vitest';
import { InvalidResponseError } from '../../../rule/input/parse.ts';
import {
  changesOf,
  historyBegins,
  noHistory,
  readStatusChange,
} from '../../../rule/keys/key-history.ts';
import { accessKey, at, daysBefore, keyId } from '../../support/build.ts';
import { historyOf, statusChange } from '../../support/status-change.ts';

/** An event as CloudTrail writes it of an operator who deactivates somebody's key, but for what a test says. */
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
  it('reads which key was set to which status, when, and by no role', () => {
    expect(read()).toEqual({
      eventID: 'e-1',
      eventTime: new Date('2026-01-01T10:00:00Z'),
      accessKeyId: keyId('A'),
      status: 'Inactive',
      roleArn: undefined,
    });
  });

  it('reads the key of a user who acts on keys of its own, and leaves its name out', () => {
    expect(
      read({ requestParameters: { accessKeyId: keyId('A'), status: 'Active' } }),
    ).toMatchObject({ accessKeyId: keyId('A'), status: 'Active' });
  });

  it('reads the role of a session', () => {
    const sessionContext = { sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::1:role/runbook' } };
    const userIdentity = { type: 'AssumedRole', sessionContext };
    expect(read({ userIdentity })?.roleArn).toBe('arn:aws:iam::1:role/runbook');
    expect(read({ userIdentity: null })?.roleArn).toBeUndefined();
    expect(read({ userIdentity: { sessionContext: null } })?.roleArn).toBeUndefined();
    expect(read({ userIdentity: { sessionContext: {} } })?.roleArn).toBeUndefined();
    expect(read({ userIdentity: { sessionContext: { sessionIssuer: {} } } })?.roleArn).toBe(
      undefined,
    );
  });

  it.each([
    ['a call that was not allowed', { errorCode: 'AccessDenied', requestParameters: null }],
    ['a call that failed', { errorCode: 'NoSuchEntityException' }],
    ['another call', { eventName: 'CreateAccessKey' }],
    ['a call of another service', { eventSource: 'transfer.amazonaws.com' }],
    ['a call to Expired', { requestParameters: { accessKeyId: keyId('A'), status: 'Expired' } }],
  ])('reads nothing of %s', (_, overrides) => {
    expect(read(overrides)).toBeUndefined();
  });

  it.each([
    ['no key', { requestParameters: { status: 'Inactive' } }, 'requestParameters.accessKeyId'],
    ['no parameters', { requestParameters: null }, 'requestParameters'],
    ['another status', { requestParameters: { accessKeyId: 'A', status: 'Off' } }, 'status'],
    ['no time', { eventTime: 'yesterday' }, 'eventTime'],
    ['no name', { eventName: undefined }, 'eventName'],
  ])('refuses a call that succeeded with %s, and says what is missing', (_, overrides, what) => {
    expect(() => read(overrides)).toThrow(InvalidResponseError);
    expect(() => read(overrides)).toThrow(what);
  });

  it.each(['{', 'null', '"text"', undefined])('refuses %j', (text) => {
    expect(() => readStatusChange(text)).toThrow(InvalidResponseError);
    expect(() => readStatusChange(text)).toThrow('CloudTrailEvent');
  });
});

describe('changesOf', () => {
  const key = accessKey('A');
  it('gives the changes of one key, the oldest first', () => {
    const [newer, older] = [
      statusChange('A', 'Active', { days: 1 }),
      statusChange('A', 'Inactive', { days: 2 }),
    ];
    const history = historyOf([newer, statusChange('B', 'Active'), older]);
    expect(changesOf(history, key)).toEqual([older, newer]);
    expect(changesOf(history, accessKey('C'))).toEqual([]);
  });

  it.each([
    ['Active', 'Inactive'],
    ['Inactive', 'Active'],
  ] as const)('of the same second puts the status that the key has now last', (one, other) => {
    const history = historyOf([statusChange('A', one), statusChange('A', other)]);
    for (const Status of ['Active', 'Inactive'])
      expect(changesOf(history, { ...key, Status }).at(-1)?.status).toBe(Status);
  });
});

describe('changesOf, of equal changes,', () => {
  it('has the one with the lower id first, in whatever order they come', () => {
    const [one, other] = ['a', 'b'].map((eventID) => ({
      ...statusChange('A', 'Inactive'),
      eventID,
    }));
    if (one === undefined || other === undefined) throw new Error('expected two changes');
    for (const changes of [
      [one, other],
      [other, one],
    ])
      expect(changesOf(historyOf(changes), accessKey('A'))).toEqual([one, other]);
  });
});

describe('historyBegins', () => {
  it('is 90 days before the run', () => {
    expect(historyBegins(at)).toEqual(daysBefore(90));
  });
});

describe('noHistory', () => {
  it('proves nothing', () => {
    expect(noHistory(at)).toEqual({ from: at, isComplete: false, changes: [] });
  });
});
