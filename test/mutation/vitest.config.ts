import { defineConfig } from 'vitest/config';
import everything from '../../vitest.config.ts';
import pure from '../pure-files.json' with { type: 'json' };
import { unloadable } from './unloadable.ts';

/** The tests of what decides: hundreds a second, as none needs an account or a template. */
export default defineConfig({
  test: {
    ...everything.test,
    include: [
      ...pure.map((file) => `test/${file.replace(/\.ts$/, '.test.ts')}`),
      'test/rule/{log/log,security-hub/documentation}.test.ts',
    ],
    reporters: [unloadable()],
    setupFiles: ['test/support/no-real-account.ts', 'test/mutation/few-runs.ts'],
  },
});
