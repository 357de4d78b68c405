import fc from 'fast-check';
import { breakSpecimen, type Recipe, recipes, render } from './breakage.ts';
import { FuzzFailure, type Outcome, withinTime } from './judge.ts';

/** Something that takes what others give it, ready to take broken specimens. */
export type OpenTarget = {
  /** Takes a specimen, as it is sent, that is broken; throws when what it does is neither right nor a clear refusal. */
  readonly take: (given: unknown) => Promise<Outcome>;
  readonly close?: () => Promise<void>;
};

/** Something that takes what others give it. */
export type Target = {
  readonly name: string;
  /** What is right; each is taken whole before anything is broken. */
  readonly specimens: readonly unknown[];
  /** What is refused for what it says; it is broken too. */
  readonly refused?: readonly unknown[];
  readonly open: () => Promise<OpenTarget>;
  /** How many cases, of those that are asked for. @default 1 */
  readonly share?: number;
  /** Milliseconds of the processor that a case may take. @default 1,000 */
  readonly milliseconds?: number;
};

/** How many cases were taken, and how many refused, by the class of the error. */
export type Counts = { accepted: number; readonly refused: Record<string, number> };

const count = (counts: Counts, { error }: Outcome): void => {
  if (error === undefined) counts.accepted += 1;
  else {
    const name = error instanceof Error ? error.name : typeof error;
    counts.refused[name] = (counts.refused[name] ?? 0) + 1;
  }
};

/**
 * Breaks the specimens of a target so many times, the same way for the same seed.
 *
 * @throws when a specimen that is right is refused, or a broken one is neither taken rightly nor refused clearly
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
    // The smallest recipe that fails is the last that did; fast-check would print what it makes.
    if (failed) throw new FuzzFailure(`${target.name}, ${broke}`);
  } finally {
    await close?.();
  }
  return counts;
};
