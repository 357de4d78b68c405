import type { WireAnswer, WireRequest } from './protocol.ts';

/** The account's time and the function that advances it. */
export type MovableClock = {
  readonly now: () => Date;
  readonly advance: (milliseconds: number) => void;
};

const MILLISECONDS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

const isUnit = (unit = ''): unit is keyof typeof MILLISECONDS => Object.hasOwn(MILLISECONDS, unit);

const answer = (statusCode: number, body: unknown): WireAnswer => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Whether the request is `POST /clock`, a path that no AWS protocol has. */
export const isClockRequest = ({ method, path }: WireRequest): boolean =>
  method === 'POST' && /^\/clock(\?|$)/.test(path);

/** Answers `POST /clock?advance=30d`: advances the account's time and returns the new time. */
export const answerClock = ({ path }: WireRequest, { now, advance }: MovableClock): WireAnswer => {
  const given = new URL(path, 'http://127.0.0.1').searchParams.get('advance');
  const [, count, unit] = /^([1-9]\d{0,3})([a-z])$/.exec(given ?? '') ?? [];
  if (!isUnit(unit)) {
    const expected = 'advance must be a whole number from 1 to 9999 of d, h, m or s, such as 30d';
    return answer(400, { message: `${expected}, got ${JSON.stringify(given)}` });
  }
  advance(Number(count) * MILLISECONDS[unit]);
  return answer(200, { now: now() });
};
