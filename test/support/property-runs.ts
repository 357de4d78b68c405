import fc from 'fast-check';

/** The factor that `npm run properties` multiplies every number of runs by. */
const FACTOR = Number(process.env['PROPERTY_RUNS'] ?? 1);

/** The seed of every property: the same seed gives the same values. */
export const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_260_131);

/** The number of runs of a property that runs so many times in `npm test`. */
export const runs = (usual: number): number => Math.ceil(usual * FACTOR);

// Mutation tests set a factor below 1: there, nobody reads the smallest failing example.
fc.configureGlobal({ seed: SEED, numRuns: runs(100), endOnFailure: FACTOR < 1 });
