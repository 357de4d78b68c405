import { builtinModules } from 'node:module';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { BUNDLE } from '../../infra/bundle.ts';
import { REPOSITORY } from '../../infra/node-function.ts';

const KILOBYTES = 1000;

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

describe.each([
  'rule/index.ts',
  'rule/inactive-access-key/index.ts',
  'rule/key-events/index.ts',
  'remediation/index.ts',
])('the bundle of %s', (entry) => {
  it('is a module of at most 400 KB that exports the handler', async () => {
    const { output, bytes } = await bundle(entry);

    expect(output?.exports).toEqual(['handler']);
    expect(bytes).toBeLessThanOrEqual(400 * KILOBYTES);
  });

  it('imports nothing but Node itself', async () => {
    const { output } = await bundle(entry);
    const imported = output?.imports.map(({ path }) => path.replace(/^node:/, '')) ?? [];

    expect(imported).not.toHaveLength(0);
    expect(imported.filter((path) => !builtinModules.includes(path))).toEqual([]);
  });
});
