import fc from 'fast-check';

// Of each mutant, the same examples in the same order; the first that fails kills it.
fc.configureGlobal({ numRuns: 30, seed: 1, endOnFailure: true });
