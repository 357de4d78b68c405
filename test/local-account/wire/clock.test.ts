import { describe, expect, it, onTestFinished } from 'vitest';
import { at } from '../../support/build.ts';
import { createClockedAccount } from '../../support/clocked-account.ts';
import { createLocalAccount } from '../account.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;

const post = async (endpoint: string, path: string) => {
  const answer = await fetch(endpoint + path, { method: 'POST' });
  return { status: answer.status, body: Object(await answer.json()) };
};

describe('POST /clock', () => {
  it.each([
    ['1s', SECOND],
    ['2m', 120 * SECOND],
    ['3h', 10_800 * SECOND],
    ['90d', 90 * DAY],
    ['9999d', 9999 * DAY],
  ])('advances the time by %s and returns the new time', async (advance, milliseconds) => {
    const { endpoint, now } = await createClockedAccount();
    const moved = new Date(at.getTime() + milliseconds);

    const { status, body } = await post(endpoint, `/clock?advance=${advance}`);

    expect([status, body]).toEqual([200, { now: moved.toISOString() }]);
    expect(now()).toEqual(moved);
  });

  it('wakes what waits for that time', async () => {
    const account = await createClockedAccount({ cloudTrailDelay: DAY });
    await account.ask('iam', 'CreateUser', { UserName: 'alice' });
    expect(account.cloudtrail.history).toEqual([]);

    await post(account.endpoint, '/clock?advance=1d');

    await account.settled();
    expect(account.cloudtrail.history).toHaveLength(1);
  });

  it.each([
    '?advance=0d',
    '?advance=10000d',
    '?advance=-1d',
    '?advance=1.5d',
    '?advance=30',
    '?advance=30w',
    '?advance=30D',
    '?advance=1d2h',
    '?advance=',
    '?forward=1d',
    '',
  ])('refuses %j and says what it expects', async (query) => {
    const { endpoint, now } = await createClockedAccount();

    const { status, body } = await post(endpoint, `/clock${query}`);

    expect(status).toBe(400);
    expect(body.message).toContain(
      'a whole number from 1 to 9999 of d, h, m or s, such as 30d, got',
    );
    expect(now()).toEqual(at);
  });

  it('accepts only POST and only this path', async () => {
    const { endpoint } = await createClockedAccount();

    expect((await fetch(`${endpoint}/clock?advance=1d`)).status).toBe(404);
    expect((await post(endpoint, '/clocks?advance=1d')).status).toBe(404);
  });

  it('does not exist in an account with real time', async () => {
    const account = await createLocalAccount();
    onTestFinished(account.close);

    expect((await post(account.endpoint, '/clock?advance=1d')).status).toBe(404);
  });

  it('moves the date header of every response, by which SDK clients correct their clock', async () => {
    const account = await createClockedAccount();
    await post(account.endpoint, '/clock?advance=90d');

    const answer = await account.post('Action=ListUsers&Version=2010-05-08', {
      'content-type': 'application/x-www-form-urlencoded',
    });

    expect(answer.headers.get('date')).toBe('Fri, 01 May 2026 12:00:00 GMT');
  });

  it('is not recorded as an API call', async () => {
    const { endpoint, calls } = await createClockedAccount();

    await post(endpoint, '/clock?advance=1d');

    expect(calls).toEqual([]);
  });
});
