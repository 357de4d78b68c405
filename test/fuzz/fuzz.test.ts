import { describe, expect, it } from 'vitest';
import { TARGETS } from './all.ts';
import { breakSpecimen, JsonText, render, SECRET } from './breakage.ts';
import { FuzzFailure, fuzz, requireRefusal, type Target, withinTime } from './target.ts';

/** Cases per target. `npm run fuzz` runs a thousand. */
const SAMPLE = 12;

/** The same seed gives the same cases. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_260_131);

describe('a broken specimen', () => {
  it.each(TARGETS)('$name: is read correctly or refused clearly', async (target) => {
    const { accepted, refused } = await fuzz(target, { runs: SAMPLE, seed: SEED });
    const cases = Object.values(refused).reduce((sum, count) => sum + count, accepted);
    expect(cases).toBe(SAMPLE);
  });
});

/** A target that calls `read` for every broken specimen. */
const reader = (read: (given: unknown) => unknown): Target => ({
  name: 'reader',
  specimens: [{ count: 1, text: new JsonText({ inner: 'x' }) }],
  open: async () => ({
    take: async (given) => {
      const isRight = JSON.stringify(given) === '{"count":1,"text":"{\\"inner\\":\\"x\\"}"}';
      if (!isRight) read(given);
      return {};
    },
  }),
});
class RefusedError extends Error {}

describe('fuzzing', () => {
  it('finds an error that is not a refusal', async () => {
    const target = reader(() => requireRefusal(new TypeError('expected'), [RefusedError]));
    await expect(fuzz(target, { runs: 5, seed: 1 })).rejects.toThrow(
      /^reader, specimen 0: it.* expected RefusedError, got TypeError/,
    );
  });

  it.each([
    [
      'has a message that is too long',
      `expected ${'x'.repeat(1_000)}`,
      'a message of at most 1000 characters',
    ],
    ['does not explain the problem', 'no', 'expected what, expected and got'],
    ['contains a secret', `expected a key, got ${SECRET}`, 'expected no secret'],
  ])('finds a refusal that %s', (_, message, found) => {
    expect(() => requireRefusal(new RefusedError(message), [RefusedError])).toThrow(found);
    expect(() => requireRefusal(new RefusedError('expected a key'), [RefusedError])).not.toThrow();
  });

  it('finds a case that takes too long', async () => {
    const end = process.cpuUsage().user + 60_000;
    const busy = () => {
      // Reading the CPU time is slow, so the loop does it rarely.
      for (let round = 1; round % 100_000 > 0 || process.cpuUsage().user < end; round += 1);
    };
    await expect(withinTime(async () => busy(), 30)).rejects.toThrow('expected at most 30 ms');
    await expect(withinTime(async () => 'done')).resolves.toBe('done');
  });

  it('fails if the target refuses a valid specimen', async () => {
    const open = async () => ({ take: async () => ({ error: new FuzzFailure('no') }) });
    await expect(fuzz({ ...reader(() => {}), open }, { runs: 1, seed: 1 })).rejects.toThrow('no');
  });

  it.each([
    [0, 'becomes null', null],
    [1, 'is dropped', { text: '{"inner":"x"}' }],
    [1, 'is a text', { count: '1', text: '{"inner":"x"}' }],
    [2, 'is cut in half', { count: 1, text: '{"inne' }],
    [3, 'becomes zero', { count: 1, text: '{"inner":0}' }],
    [3, 'becomes no number', { count: 1, text: '{"inner":null}' }],
  ])('breaks part %i of a specimen: it %s', (part, how, expected) => {
    const { specimens } = reader(() => {});
    const { broken } = breakSpecimen(specimens, { specimen: 0, breaks: [{ part, how }] });
    expect(render(broken)).toEqual(expected);
  });
});
