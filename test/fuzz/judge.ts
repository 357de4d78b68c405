import { SECRET } from './breakage.ts';

/** A class of errors. */
export type ErrorClass = abstract new (...given: never[]) => Error;

/** What became of a case: taken, or refused with an error. */
export type Outcome = { readonly error?: unknown };

/** Characters of an error message: it says what, expected and got, and never all that came. */
const LONGEST_MESSAGE = 1_000;

/** Characters of a log line. */
const LONGEST_LINE = 10_000;

/** Milliseconds of the processor that a case may take. */
const LONGEST_CASE = 1_000;

/** The code broke on a case: it is no refusal, or a wrong answer. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
}

/** Fails the case unless something holds. */
export const expectThat = (holds: boolean, what: () => string): void => {
  if (!holds) throw new FuzzFailure(what());
};

/** What a function did: what it gave, or the error that it threw. */
export const attempt = async <Result>(
  act: () => Result | Promise<Result>,
): Promise<{ readonly result: Result; readonly error?: never } | { readonly error: unknown }> => {
  try {
    return { result: await act() };
  } catch (error) {
    return { error };
  }
};

const shown = (error: unknown): string =>
  error instanceof Error ? String(error.stack).slice(0, 1_500) : String(error);

/** A refusal is an error of these classes that says what, expected and got, in a bounded text, and tells no secret. */
export const requireRefusal = (
  error: unknown,
  classes: readonly ErrorClass[],
  isSecret = (text: string) => text.includes(SECRET),
): void => {
  expectThat(
    classes.some((one) => error instanceof one),
    () => `expected ${classes.map(({ name }) => name).join(' or ')}, got ${shown(error)}`,
  );
  const { message } = error as Error;
  expectThat(
    message.length <= LONGEST_MESSAGE,
    () =>
      `expected a message of at most ${LONGEST_MESSAGE} characters, got ${message.length}: ${shown(error)}`,
  );
  expectThat(
    /expected|must|unknown|got/.test(message),
    () => `expected what, expected and got: ${shown(error)}`,
  );
  expectThat(!isSecret(message), () => `expected no secret in ${shown(error)}`);
};

/** Log lines are bounded, JSON, and tell no secret. */
export const requireLines = (lines: readonly string[]): void => {
  for (const line of lines) {
    expectThat(
      line.length <= LONGEST_LINE,
      () =>
        `expected a line of at most ${LONGEST_LINE} characters, got ${line.length}: ${line.slice(0, 500)}`,
    );
    expectThat(
      !line.includes(SECRET),
      () => `expected no secret in the line ${line.slice(0, 500)}`,
    );
    JSON.parse(line);
  }
};

/** Runs a case within its time, the processor's: what else the machine does counts for nothing. */
export const withinTime = async <Result>(
  act: () => Promise<Result>,
  longest = LONGEST_CASE,
): Promise<Result> => {
  const before = process.cpuUsage();
  const result = await act();
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (user + system) / 1_000;
  expectThat(milliseconds <= longest, () => `expected at most ${longest} ms, got ${milliseconds}`);
  return result;
};
