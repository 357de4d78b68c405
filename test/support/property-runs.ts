import fc from 'fast-check';

/** `npm run properties` multiplies every number of runs by this factor. */
const FACTOR = Number(process.env['PROPERTY_RUNS'] ?? 1);

<<<<<<< HEAD
/** The seed of all properties. The same seed gives the same values. */
export const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_260_131);

/** Returns the number of runs of a property that has `usual` runs in `npm test`. */
export const runs = (usual: number): number => Math.ceil(usual * FACTOR);

// Mutation tests set a factor below 1 and need no smallest counterexample.
fc.configureGlobal({ seed: SEED, numRuns: runs(100), endOnFailure: FACTOR < 1 });
=======
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
>>>>>>> w-ssm
