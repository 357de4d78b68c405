import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type * as Esbuild from 'esbuild';
import type { BuildOptions } from 'esbuild';

/** Where this repository lies, or the package that was built of it; with `/` at the end. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** The modules that export the `handler` of a function, by their path from the root of this repository. */
export const ENTRIES = [
  'rule/single-access-key/index.ts',
  'rule/inactive-access-key/index.ts',
  'rule/key-events/index.ts',
  'rule/security-hub/index.ts',
  'remediation/planner/index.ts',
] as const;

/** One of them: what is deployed is what the package has the code of. */
export type Entry = (typeof ENTRIES)[number];

/** Where the package has the code of a function, from its root. */
export const builtCodeOf = (entry: Entry): string =>
  `functions/${entry.replace('/index.ts', '').replaceAll('/', '-')}`;

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

/** The code of a function, whose handler is `index.handler`. */
type FunctionCode = {
  readonly code: Code;
  /** To be called when the stack has its copy. */
  readonly release: () => void;
};

/** Context below which the template itself has the code of the functions: no asset, no bucket, no bootstrap. */
export const INLINE_CODE = 'iam-user-single-access-key:inline-code';

type Bundle = typeof BUNDLE | typeof INLINE_BUNDLE;

/** The files of each entry that was bundled before: an app may have a function in many stacks. */
const bundles = new Map<string, readonly Esbuild.OutputFile[]>();

/**
 * Bundles a function in this process.
 *
 * `NodejsFunction` would say each option once more and start npx and esbuild for each function.
 */
export const bundle = (entry: Entry, options: Bundle = BUNDLE): readonly Esbuild.OutputFile[] => {
  const key = `${options.format} ${entry}`;
  const before = bundles.get(key);
  if (before !== undefined) return before;
  // Only here: who installs the package has no esbuild, and needs none.
  const { buildSync }: typeof Esbuild = createRequire(import.meta.url)('esbuild');
  const entryPoints = [`${REPOSITORY}${entry}`];
  const outfile = options.format === 'esm' ? 'index.mjs' : 'index.js';
  const { outputFiles } = buildSync({ ...options, entryPoints, outfile, write: false });
  bundles.set(key, outputFiles);
  return outputFiles;
};

const inlineCode = (entry: Entry): Code => {
  const texts = bundle(entry, INLINE_BUNDLE).map(({ text }) => text);
  return Code.fromInline(texts.join('').trimEnd());
};

/**
 * The code of a function: in the template, as the package has it, or bundled now.
 *
 * @param scope  the function's, whose context tells whether the code is `INLINE_CODE`
 */
export const codeOf = (scope: Construct, entry: Entry): FunctionCode => {
  const keep = () => {};
  if (scope.node.tryGetContext(INLINE_CODE) === true)
    return { code: inlineCode(entry), release: keep };
  const built = `${REPOSITORY}${builtCodeOf(entry)}`;
  if (existsSync(built)) return { code: Code.fromAsset(built), release: keep };
  const directory = mkdtempSync(path.join(tmpdir(), 'function-'));
  for (const { path: file, contents } of bundle(entry))
    writeFileSync(path.join(directory, path.basename(file)), contents);
  const release = () => rmSync(directory, { recursive: true });
  return { code: Code.fromAsset(directory), release };
};
