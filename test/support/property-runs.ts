import fc from 'fast-check';

const numberOf = (name: string, standard: number): number => Number(process.env[name] ?? standard);

/** How many times as many runs as usual: `PROPERTY_RUNS=10 npx vitest run …`. */
const FACTOR = numberOf('PROPERTY_RUNS', 1);

/** The same runs each time; another number makes other ones. */
const SEED = numberOf('PROPERTY_SEED', 20_260_131);

/** Checks a property in its usual number of runs, or in more of them. */
export const checkProperty = <Values>(
  property: fc.IAsyncPropertyWithHooks<Values>,
  usualRuns: number,
  options: fc.Parameters<Values> = {},
): Promise<void> =>
  fc.assert(property, { seed: SEED, numRuns: Math.ceil(usualRuns * FACTOR), ...options });

/** The milliseconds that a test may take whose usual runs take at most so many seconds. */
export const withinSeconds = (seconds: number): number => Math.max(1, FACTOR) * seconds * 1000;
