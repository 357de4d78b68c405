import fc from 'fast-check';

const numberOf = (name: string, standard: number): number => Number(process.env[name] ?? standard);

/** The factor for the number of runs: `PROPERTY_RUNS=10 npx vitest run …`. */
const FACTOR = numberOf('PROPERTY_RUNS', 1);

/** The seed of the runs. Another number makes other runs. */
const SEED = numberOf('PROPERTY_SEED', 20_260_131);

/** Checks a property in its usual number of runs times the factor. */
export const checkProperty = <Values>(
  property: fc.IAsyncPropertyWithHooks<Values>,
  usualRuns: number,
  options: fc.Parameters<Values> = {},
): Promise<void> =>
  fc.assert(property, { seed: SEED, numRuns: Math.ceil(usualRuns * FACTOR), ...options });

/** Returns the timeout of a test, in milliseconds, from the seconds that its usual runs take. */
export const withinSeconds = (seconds: number): number => Math.max(1, FACTOR) * seconds * 1000;
