import type { Reporter, Vitest } from 'vitest/node';

/**
 * Reports a test file that does not load as an error of the run.
 *
 * Without it, Stryker would count a mutant that no test file can load as survived, because no test fails.
 */
export const unloadable = (): Reporter => {
  let vitest: Vitest | undefined;
  return {
    onInit: (started) => {
      vitest = started;
    },
    onTestModuleEnd: (testModule) => {
      for (const { message } of testModule.errors())
        vitest?.state.catchError(new Error(`${testModule.moduleId}: ${message}`), 'Unloadable');
    },
  };
};
