import type { Reporter, Vitest } from 'vitest/node';

/**
 * Reports a test file that a mutant keeps from loading as an error of the run.
 *
 * It has no tests then that could fail, and Stryker would say of the mutant that it survived.
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
