import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/**
 * How every function is bundled: one minified ES module with everything in it, the SDK too.
 *
 * The oldest Node that runs it is the one of the local account, not Lambda's.
 */
export const BUNDLE = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minify: true,
  // esbuild would take CommonJS first, which is twice as large and twice as slow to load.
  mainFields: ['module', 'main'],
  alias: {
    '@aws-sdk/credential-provider-node': fileURLToPath(
      new URL('../../rule/aws/credentials.ts', import.meta.url),
    ),
  },
  // What is CommonJS nevertheless calls `require`, which a module does not have.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * How a function is bundled whose code stands in the template: a CommonJS module, which Lambda calls `index.js`.
 *
 * The SDK is the one of Lambda's runtime, whatever version that is; of what lies below the SDK only the SDK itself is
 * taken from there, since its modules move between versions.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
 */
export const INLINE_BUNDLE = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify: true,
  mainFields: BUNDLE.mainFields,
  external: ['@aws-sdk/*'],
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * The environment of every function.
 *
 * Node 24 lets both generations grow so far that a sweep of 5,000 users takes more than 200 MB; with
 * these bounds, ten times what is alive, it takes 115.
 */
export const ENVIRONMENT = {
  NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=128',
} as const;
