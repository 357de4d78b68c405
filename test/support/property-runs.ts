import fc from 'fast-check';

/** `npm run properties` multiplies every number of runs by this factor. */
const FACTOR = Number(process.env['PROPERTY_RUNS'] ?? 1);

/** The seed of all properties. The same seed gives the same values. */
export const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_260_131);

/** Returns the number of runs of a property that has `usual` runs in `npm test`. */
export const runs = (usual: number): number => Math.ceil(usual * FACTOR);

// Mutation tests set a factor below 1 and need no smallest counterexample.
fc.configureGlobal({ seed: SEED, numRuns: runs(100), endOnFailure: FACTOR < 1 });
