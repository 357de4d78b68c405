import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../infra/functions/bundle.ts';
import manifest from '../package.json' with { type: 'json' };

const FILE = `${REPOSITORY}before-script.cjs`;
const CHECK = /^node before-script\.cjs (python3 )?&& /;
const scripts: Readonly<Record<string, string>> = manifest.scripts;

const folder = mkdtempSync(path.join(tmpdir(), 'before-script-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes `python3` a program that prints a version; the empty text means that there is none. */
const pythonPath = (version: string): string => {
  const directory = mkdtempSync(path.join(folder, 'bin-'));
  const file = path.join(directory, 'python3');
  if (version !== '') writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
  if (version !== '') chmodSync(file, 0o755);
  return directory;
};

/** Runs the check in a process with these variables and nothing else. */
const check = (node: string, env: Readonly<Record<string, string>> = {}, ...args: string[]) => {
  const script = `Object.defineProperty(process, 'versions', { value: { node: '${node}' } }); require('${FILE}');`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script, '', ...args], {
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
};
const ACCEPTED = { status: 0, stdout: '', stderr: '' };
const refused = (stderr: string) => ({ status: 1, stdout: '', stderr });

describe('before a script', () => {
  it.each(Object.keys(scripts))('the check runs: npm run %s', (name) => {
    const isChecked = (script: string): boolean => {
      const [, other = ''] = /^npm run (\S+)/.exec(script) ?? [];
      return CHECK.test(script) || (other !== '' && isChecked(scripts[other] ?? ''));
    };
    expect(isChecked(scripts[name] ?? '')).toBe(true);
  });

  it('can be parsed by old versions', () => {
    expect(() => transformSync(readFileSync(FILE, 'utf8'), { target: 'es5' })).not.toThrow();
    expect(() => transformSync('const a = 1;', { target: 'es5' })).toThrow();
  });
});

describe('the version of Node.js', () => {
  it.each(['8.17.0', '19.9.0'])('%s is refused in one line', (node) => {
    expect(check(node)).toEqual(refused(`Node.js 20 or later is needed, got ${node}.\n`));
  });

  it.each(['20.0.0', '24.21.0', '100.0.0'])('%s is accepted', (node) => {
    expect(check(node)).toEqual(ACCEPTED);
  });
});

describe('the version of Python', () => {
  it.each([
    ['3.7', '3.7'],
    ['2.7', '2.7'],
    ['4.0', '4.0'],
    ['', 'none'],
  ])('%j is refused in one line', (version, got) => {
    const message = `The runbooks need Python 3.8 or later as python3, got ${got}.\n`;

    expect(check('20.0.0', { PATH: pythonPath(version) }, 'python3')).toEqual(refused(message));
  });

  it.each(['3.8', '3.14'])('%s is accepted', (version) => {
    expect(check('20.0.0', { PATH: pythonPath(version) }, 'python3')).toEqual(ACCEPTED);
  });

  it.each(['demo', 'local', 'test', 'faults', 'fuzz'])('is checked by npm run %s', (name) => {
    expect(scripts[name]).toMatch(/^node before-script\.cjs python3 && /);
  });

  it('does not matter to the other scripts', () => {
    expect(check('20.0.0', { PATH: pythonPath('') })).toEqual(ACCEPTED);
  });
});

describe('the option -c without --', () => {
  const npm_lifecycle_event = 'deploy';
  const message =
    'npm took the option as its own. Write -- before the options:\n\nnpm run deploy --';

  it('is refused with the right command', () => {
    const env = { npm_lifecycle_event, npm_config_call: 'triggers=schedule' };

    expect(check('20.0.0', env)).toEqual(refused(`${message} -c triggers=schedule\n`));
  });

  it.each(['true', 'triggers=schedule'])('is refused as --context %s', (npm_config_context) => {
    const env = { npm_lifecycle_event, npm_config_context };

    expect(check('20.0.0', env)).toEqual(refused(`${message} -c name=value\n`));
  });

  it.each(['npm run deploy', 'AWS_PROFILE=dev npm run deploy'])(
    'is not the command of npm exec: %s',
    (npm_config_call) => {
      expect(check('20.0.0', { npm_lifecycle_event, npm_config_call })).toEqual(ACCEPTED);
    },
  );
});
