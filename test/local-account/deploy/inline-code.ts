import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/**
 * A directory with code that stands in a template, as Lambda lays it out: `index.js`, and the SDK of the runtime, here
 * the repository's. It is gone when the process ends.
 */
export const directoryOfInlineCode = (code: string): string => {
  const directory = mkdtempSync(path.join(tmpdir(), 'inline-code-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(path.join(directory, 'index.js'), code);
  symlinkSync(PACKAGES, path.join(directory, 'node_modules'));
  return directory;
};
