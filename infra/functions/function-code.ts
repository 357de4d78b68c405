import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type * as Esbuild from 'esbuild';
import { BUNDLE, INLINE_BUNDLE } from './bundle.ts';
import { builtCodeOf, type Entry } from './entries.ts';
import { REPOSITORY } from './repository.ts';

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
