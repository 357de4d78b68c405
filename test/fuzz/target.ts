import fc from 'fast-check';
import { breakSpecimen, type Recipe, recipes, render, SECRET } from './breakage.ts';

/** A class of errors. */
export type ErrorClass = abstract new (...given: never[]) => Error;

/** The outcome of a case: accepted, or refused with an error. */
export type Outcome = { readonly error?: unknown };

/** Maximum length of an error message, which never quotes a whole input. */
const LONGEST_MESSAGE = 1_000;

/** Maximum length of a log line. */
const LONGEST_LINE = 10_000;

/** Maximum CPU time of a case in milliseconds. */
const LONGEST_CASE = 1_000;

/** A case that led to an unexpected error or a wrong result. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
}

/** Fails the case unless a condition holds. */
export const expectThat = (holds: boolean, what: () => string): void => {
  if (!holds) throw new FuzzFailure(what());
};

/** Returns the result of a function, or the error that it threw. */
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

/** Requires an error of these classes with a short message that says what, expected and got, without a secret. */
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

/** Requires that log lines are short JSON objects without a secret. */
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

/** Runs a case and limits its CPU time, which does not depend on other load. */
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

/** A target that is ready to take broken specimens. */
export type OpenTarget = {
  /** Takes a broken specimen. Throws if the outcome is neither correct nor a clear refusal. */
  readonly take: (given: unknown) => Promise<Outcome>;
  readonly close?: () => Promise<void>;
};

/** Code that takes input from outside. */
export type Target = {
  readonly name: string;
  /** Valid specimens. The target must accept them. */
  readonly specimens: readonly unknown[];
  /** Specimens that the target must refuse. */
  readonly refused?: readonly unknown[];
  readonly open: () => Promise<OpenTarget>;
  /** Share of the requested cases. @default 1 */
  readonly share?: number;
  /** Maximum CPU time of a case in milliseconds. @default 1,000 */
  readonly milliseconds?: number;
};

/** Number of accepted cases, and of refused cases per error class. */
export type Counts = { accepted: number; readonly refused: Record<string, number> };

const count = (counts: Counts, { error }: Outcome): void => {
  if (error === undefined) counts.accepted += 1;
  else {
    const name = error instanceof Error ? error.name : typeof error;
    counts.refused[name] = (counts.refused[name] ?? 0) + 1;
  }
};

/**
 * Breaks the specimens of a target so many times. The same seed gives the same cases.
 *
 * @throws if the target refuses a valid specimen, or neither reads a broken one correctly nor refuses it clearly
 */
export const fuzz = async (
  target: Target,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<Counts> => {
  const { take, close } = await target.open();
  const counts: Counts = { accepted: 0, refused: {} };
  const { refused = [] } = target;
  const all = [...target.specimens, ...refused];
  try {
    for (const specimen of refused) {
      const { error } = await take(render(specimen));
      if (error === undefined) throw new FuzzFailure(`${target.name}: expected a refusal`);
    }
    for (const specimen of target.specimens) {
      const { error } = await take(render(specimen));
      if (error !== undefined) throw error;
    }
    let broke = '';
    const property = fc.asyncProperty(recipes, async (recipe: Recipe) => {
      const { broken, words } = breakSpecimen(all, recipe);
      try {
        const given = render(broken);
        count(counts, await withinTime(() => take(given), target.milliseconds));
      } catch (cause) {
        broke = `${words}: ${String(cause)}`;
        throw cause;
      }
    });
    const { failed } = await fc.check(property, { numRuns: runs, seed });
    // The last failing recipe is the smallest. The report of fast-check would be too long.
    if (failed) throw new FuzzFailure(`${target.name}, ${broke}`);
  } finally {
    await close?.();
  }
  return counts;
};
