import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../infra/functions/bundle.ts';
import manifest from '../package.json' with { type: 'json' };

const FILE = `${REPOSITORY}node-version.cjs`;
const CHECK = 'node node-version.cjs && ';
const scripts: Readonly<Record<string, string>> = manifest.scripts;

/** Runs the check in a process that claims to be another version of Node.js. */
const checkOn = (node: string) => {
  const script = `Object.defineProperty(process, 'versions', { value: { node: '${node}' } }); require('${FILE}');`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

describe('the version of Node.js', () => {
  it.each(Object.keys(scripts))('is checked first by npm run %s', (name) => {
    const isChecked = (script: string): boolean => {
      const [, other = ''] = /^npm run (\S+)/.exec(script) ?? [];
      return script.startsWith(CHECK) || (other !== '' && isChecked(scripts[other] ?? ''));
    };
    expect(isChecked(scripts[name] ?? '')).toBe(true);
  });

  it.each(['8.17.0', '19.9.0'])('%s is refused in one line', (node) => {
    const stderr = `Node.js 20 or later is needed, got ${node}.\n`;
    expect(checkOn(node)).toEqual({ status: 1, stdout: '', stderr });
  });

  it.each(['20.0.0', '24.21.0', '100.0.0'])('%s is accepted', (node) => {
    expect(checkOn(node)).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('is checked by a file that old versions can parse', () => {
    expect(() => transformSync(readFileSync(FILE, 'utf8'), { target: 'es5' })).not.toThrow();
    expect(() => transformSync('const a = 1;', { target: 'es5' })).toThrow();
  });
});
