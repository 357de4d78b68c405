import { builtinModules } from 'node:module';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { BUNDLE, ENTRIES, REPOSITORY } from '../../../infra/functions/bundle.ts';

const KILOBYTES = 1000;
const MAXIMUM = 400;
/** The client of Security Hub has the shape of every AWS resource in it, 200 KB that no bundler can drop. */
const MAXIMUM_OF_FINDINGS = 500;

const bundle = async (entry: string) => {
  const { metafile, outputFiles } = await build({
    ...BUNDLE,
    entryPoints: [`${REPOSITORY}${entry}`],
    outfile: 'index.mjs',
    write: false,
    metafile: true,
    absWorkingDir: REPOSITORY,
  });
  return { output: metafile.outputs['index.mjs'], bytes: outputFiles[0]?.contents.length };
};

const limits = ENTRIES.map(
  (entry) =>
    [entry, entry === 'rule/security-hub/index.ts' ? MAXIMUM_OF_FINDINGS : MAXIMUM] as const,
);

describe.each(limits)('the bundle of %s', (entry, maximum) => {
  it(`is a module of at most ${maximum} KB that exports the handler`, async () => {
    const { output, bytes } = await bundle(entry);

    expect(output?.exports).toEqual(['handler']);
    expect(bytes).toBeLessThanOrEqual(maximum * KILOBYTES);
  });

  it('imports nothing but Node itself', async () => {
    const { output } = await bundle(entry);
    const imported = output?.imports.map(({ path }) => path.replace(/^node:/, '')) ?? [];

    expect(imported).not.toHaveLength(0);
    expect(imported.filter((path) => !builtinModules.includes(path))).toEqual([]);
  });
});
