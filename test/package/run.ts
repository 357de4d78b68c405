import { spawnSync } from 'node:child_process';

/** The environment without the variables of `npm run`, which a nested npm would read as its own options. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')),
);

/** Runs a command in a folder and returns its output. */
export const run = (folder: string, [command = '', ...args]: string[], extra = {}): string => {
  const env = { ...environment, ...extra };
  const ran = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });
  if (ran.status === 0) return ran.stdout;
  throw new Error(`${command} ${args.join(' ')}: ${ran.error ?? ''}${ran.stdout}${ran.stderr}`);
};

/** Installs packages in an app, from the cache of npm if it has them. */
export const install = (app: string, ...packages: string[]): string =>
  run(app, ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...packages]);
