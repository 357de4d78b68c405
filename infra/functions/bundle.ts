import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type * as Esbuild from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { type BundledPackage, noticeOf, packagesIn } from './notices.ts';

/** The root of this repository, or of the package built from it, with a trailing slash. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** The modules that export the `handler` of a function, relative to the root of this repository. */
export const ENTRIES = [
  'rule/single-access-key/index.ts',
  'rule/inactive-access-key/index.ts',
  'rule/key-events/index.ts',
  'rule/security-hub/index.ts',
  'remediation/planner/index.ts',
  'remediation/automatic/index.ts',
  'remediation/messages/index.ts',
] as const;

/** The entry module of a function. */
export type Entry = (typeof ENTRIES)[number];

/** Returns the folder of a function's code in the package, relative to its root. */
export const builtCodeOf = (entry: Entry): string =>
  `functions/${entry.replace('/index.ts', '').replaceAll('/', '-')}`;

/**
 * The esbuild options of a function: one minified ES module that includes the SDK.
 *
 * The target is Node 20, because the simulated account runs the functions on the developer's version of Node.
 */
export const BUNDLE = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minify: true,
  // The default is CommonJS first, which is twice as large and loads half as fast.
  mainFields: ['module', 'main'],
  alias: {
    '@aws-sdk/credential-provider-node': fileURLToPath(
      new URL('../../rule/aws/credentials.ts', import.meta.url),
    ),
  },
  // Some dependencies are CommonJS and call `require`, which ES modules lack.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * The esbuild options of a function whose code is inline in the template: a CommonJS module, which Lambda names `index.js`.
 *
 * It uses the SDK of the Lambda runtime. Packages other than `@aws-sdk/*` are bundled, because their modules move between
 * SDK versions.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
 */
const INLINE_BUNDLE = {
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
 * The environment variables of every function.
 *
 * They limit the heap to ten times the live data. With the defaults of Node 24 a sweep of 5,000 users takes more than
 * 200 MB; with these limits it takes 115 MB.
 */
export const ENVIRONMENT = {
  NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=128',
} as const;

/** The code of a function with the handler `index.handler`. */
type FunctionCode = {
  readonly code: Code;
  /** Deletes temporary files. To be called after the function is created. */
  readonly release: () => void;
};

/** The context key that puts the code of the functions into the template, so that it needs no assets and no bootstrap. */
export const INLINE_CODE = 'iam-user-single-access-key:inline-code';

type Bundle = typeof BUNDLE | typeof INLINE_BUNDLE;

/** The code of a function in one module. The types of the package do not name esbuild, because its users do not have it. */
interface FunctionBundle {
  readonly code: string;
  readonly packages: readonly BundledPackage[];
}

/** A cache of bundles, because an app may have the same function in many stacks. */
const bundles = new Map<string, FunctionBundle>();

/**
 * Bundles a function in this process. `NodejsFunction` would start npx and esbuild for each function.
 */
export const bundle = (entry: Entry, options: Bundle = BUNDLE): FunctionBundle => {
  const key = `${options.format} ${entry}`;
  const existing = bundles.get(key);
  if (existing !== undefined) return existing;
  // Loaded on demand, because users of the package do not have esbuild.
  const { buildSync }: typeof Esbuild = createRequire(import.meta.url)('esbuild');
  const { outputFiles, metafile } = buildSync({
    ...options,
    entryPoints: [`${REPOSITORY}${entry}`],
    outfile: 'index.js',
    write: false,
    metafile: true,
    absWorkingDir: REPOSITORY,
  });
  const created = {
    code: outputFiles.map(({ text }) => text).join(''),
    packages: packagesIn(metafile.outputs['index.js']?.inputs ?? {}, REPOSITORY),
  };
  bundles.set(key, created);
  return created;
};

/** Writes the bundle of a function into a directory, with the license notices of the packages in it. */
export const writeBundle = (entry: Entry, directory: string): void => {
  const { code, packages } = bundle(entry);
  writeFileSync(path.join(directory, 'index.mjs'), code);
  writeFileSync(path.join(directory, 'NOTICE'), noticeOf(packages));
};

/** Returns the license notices of the packages whose code is inline in the template. */
export const inlineNotice = (): string =>
  noticeOf(ENTRIES.flatMap((entry) => bundle(entry, INLINE_BUNDLE).packages));

/**
 * Returns the code of a function: inline, from the package, or bundled now.
 *
 * @param scope  the scope of the function, whose context may have `INLINE_CODE`
 */
export const codeOf = (scope: Construct, entry: Entry): FunctionCode => {
  const release = () => {};
  if (scope.node.tryGetContext(INLINE_CODE) === true)
    return { code: Code.fromInline(bundle(entry, INLINE_BUNDLE).code.trimEnd()), release };
  const built = `${REPOSITORY}${builtCodeOf(entry)}`;
  if (existsSync(built)) return { code: Code.fromAsset(built), release };
  const directory = mkdtempSync(path.join(tmpdir(), 'function-'));
  writeBundle(entry, directory);
  return {
    code: Code.fromAsset(directory),
    release: () => rmSync(directory, { recursive: true }),
  };
};
