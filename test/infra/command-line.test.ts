import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { breakCommand, splitSettings, UsageError, wrap } from '../../infra/command-line.ts';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import manifest from '../../package.json' with { type: 'json' };

const scripts: Readonly<Record<string, string>> = manifest.scripts;

/** The scripts of this repository that run a TypeScript file, and the file. */
const OWN = Object.entries(scripts).flatMap(([name, script]) => {
  const [, file] = /tsx (\S+\.ts)$/.exec(script) ?? [];
  return file === undefined ? [] : [[name, file] as const];
});

const commandOf = (file: string, ...options: string[]) => [
  ...['--import', 'tsx', `${REPOSITORY}${file}`],
  ...options,
];
const run = (file: string, ...options: string[]) =>
  spawnSync(process.execPath, commandOf(file, ...options), { cwd: REPOSITORY, encoding: 'utf8' });

describe('a script', () => {
  it('is every npm script of this repository that takes options', () => {
    expect(OWN.map(([name]) => name)).toEqual(
      expect.arrayContaining(['demo', 'local', 'preflight', 'cost', 'template', 'bench']),
    );
  });

  it.each(OWN)(
    'npm run %s prints its usage with --help, and refuses an unknown option',
    {
      timeout: 60_000,
    },
    (name, file) => {
      const helped = run(file, '--help');
      const refused = run(file, '--unknown');

      expect(helped).toMatchObject({ status: 0, stderr: '' });
      expect(helped.stdout).toMatch(new RegExp(`^npm run ${name}\\b`));
      for (const line of helped.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
      // A scan has a status of its own for wrong usage, because 2 means that not everything could be read.
      expect(refused).toMatchObject({ status: name === 'scan' ? 3 : 2, stdout: '' });
      expect(refused.stderr).toContain('--unknown');
      expect(refused.stderr).toContain(helped.stdout.trim());
    },
  );

  it('takes -h for --help', () => {
    expect(run('infra/cost/cost.ts', '-h').stdout).toBe(run('infra/cost/cost.ts', '--help').stdout);
  });

  it('ends without a message if nothing reads its output', async () => {
    const child = spawn(process.execPath, commandOf('infra/cost/cost.ts'), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const stderr = text(child.stderr);
    const ended = once(child, 'close');

    expect(await stderr).toBe('');
    expect(await ended).toEqual([0, null]);
  });
});

describe('splitSettings', () => {
  it('takes texts as cdk deploy does: to the first =, and the last of a name', () => {
    expect(splitSettings([])).toEqual({});
    expect(splitSettings(['a=1', 'b=', 'c=d=e', 'a=2'])).toEqual({ a: '2', b: '', c: 'd=e' });
  });

  it.each(['keyEvents', '', '=false'])('refuses %j', (setting) => {
    expect(() => splitSettings(['keyEvents=true', setting])).toThrow(UsageError);
    expect(() => splitSettings([setting])).toThrow(
      `a setting must be name=value, as in -c triggers=schedule, got ${JSON.stringify(setting)}`,
    );
  });
});

describe('breakCommand', () => {
  const command = `aws iam get-user --user-name=${'a'.repeat(30)} --output text`;

  it('does not change a command of 80 characters, its indentation included', () => {
    const indent = ' '.repeat(80 - command.length);

    expect(breakCommand(command, indent)).toBe(`${indent}${command}`);
  });

  it('breaks a longer one before each option', () => {
    const indent = ' '.repeat(81 - command.length);
    const lines = breakCommand(command, indent).split(' \\\n');

    expect(lines).toEqual([
      `${indent}aws iam get-user`,
      `${indent}  --user-name=${'a'.repeat(30)}`,
      `${indent}  --output text`,
    ]);
  });
});

describe('wrap', () => {
  it('breaks at spaces, after the width at the latest', () => {
    expect(wrap('ab cd ef', 5)).toEqual(['ab cd', 'ef']);
    expect(wrap('ab cd ef', 4)).toEqual(['ab', 'cd', 'ef']);
  });

  it('breaks each line of the text', () => {
    expect(wrap('ab\ncd ef\n', 4)).toEqual(['ab', 'cd', 'ef', '']);
  });

  it('does not break a word', () => {
    expect(wrap('a abcdef b', 3)).toEqual(['a', 'abcdef', 'b']);
  });
});
