import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import {
  BUNDLE,
  builtCodeOf,
  bundle as bundleOf,
  ENTRIES,
  REPOSITORY,
  writeBundle,
} from '../../../infra/functions/bundle.ts';
import { noticeOf } from '../../../infra/functions/notices.ts';

/**
 * In KB. The client of Security Hub includes the shape of every AWS resource, 200 KB that no bundler can drop. Automatic mode
 * and the messages have two clients more than the planner.
 */
const MAXIMUMS: Readonly<Record<string, number>> = {
  'rule/security-hub/index.ts': 500,
  'remediation/automatic/index.ts': 450,
  'remediation/messages/index.ts': 450,
};

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

describe.each(ENTRIES)('the bundle of %s', (entry) => {
  it('exports the handler, is not too large and imports only modules of Node', async () => {
    const { output, bytes } = await bundle(entry);
    const imported = output?.imports.map(({ path }) => path.replace(/^node:/, '')) ?? [];

    expect(output?.exports).toEqual(['handler']);
    expect(bytes).toBeLessThanOrEqual(1000 * (MAXIMUMS[entry] ?? 400));
    expect(imported).not.toHaveLength(0);
    expect(imported.filter((path) => !builtinModules.includes(path))).toEqual([]);
  });
});

describe('writeBundle', () => {
  it('writes the code and the license notices of the packages in it', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'bundle-'));
    const entry = 'rule/key-events/index.ts';
    writeBundle(entry, directory);

    const read = (file: string) => readFileSync(path.join(directory, file), 'utf8');
    const { code, packages } = bundleOf(entry);
    expect(read('index.mjs')).toBe(code);
    expect(read('NOTICE')).toBe(noticeOf(packages));
    const names = packages.map(({ name }) => name);
    expect(names).toContain('@aws-sdk/client-config-service');
    expect(names).toContain('valibot');
    // Other functions contain it.
    expect(names).not.toContain('@aws-sdk/client-cloudtrail');
    rmSync(directory, { recursive: true });
  });
});

describe('builtCodeOf', () => {
  it('returns a folder of its own for each function', () => {
    expect(ENTRIES.map(builtCodeOf)).toEqual([
      'functions/rule-single-access-key',
      'functions/rule-inactive-access-key',
      'functions/rule-key-events',
      'functions/rule-security-hub',
      'functions/remediation-planner',
      'functions/remediation-automatic',
      'functions/remediation-messages',
    ]);
  });
});
