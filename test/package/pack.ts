import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import { run } from './run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the packed package. */
    tarball: string;
  }
}

/** Packs the package once for all tests. Returns the function that deletes it. */
export default ({ provide }: TestProject) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tarball-'));
  run(REPOSITORY, ['npm', 'run', 'package', '--', '--pack-destination', folder]);
  const [file, ...others] = readdirSync(folder);
  if (file === undefined || others.length > 0) throw new Error('expected exactly one tarball');
  provide('tarball', path.join(folder, file));
  return () => rmSync(folder, { recursive: true });
};
