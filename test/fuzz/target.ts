import fc from 'fast-check';
import { breakSpecimen, type Recipe, recipes, render } from './breakage.ts';
import { FuzzFailure, type Outcome, withinTime } from './judge.ts';

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
