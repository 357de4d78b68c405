import { parseArgs } from 'node:util';
import { splitSettings } from '../../infra/command-line.ts';
import { OPTIONS as COST_OPTIONS, parseScenario } from '../../infra/cost/scenario.ts';
import { readOrganizationSettings } from '../../infra/organization/settings.ts';
import { readCommand } from '../../infra/scan/options.ts';
import { readSettings } from '../../infra/settings/read-settings.ts';
import manifest from '../../package.json' with { type: 'json' };
import { readOptions } from '../local-account/serve-options.ts';

/** Reads the settings of `cdk deploy`. */
const settingsOf = (args: string[]) => {
  const context = { type: 'string', short: 'c', multiple: true, default: [] as string[] } as const;
  const options = { context, all: { type: 'boolean' } } as const;
  return splitSettings(parseArgs({ args, options, allowPositionals: true }).values.context);
};

const readCostOptions = (args: string[]) => {
  const options = Object.keys(COST_OPTIONS).map((name) => [name, { type: 'string' as const }]);
  return parseScenario(parseArgs({ args, options: Object.fromEntries(options) }).values);
};

/** Reads the options of an npm script, and throws if one of them or its value is not allowed. */
const READERS: Readonly<Record<string, (args: string[]) => unknown>> = {
  deploy: (args) => readSettings(settingsOf(args)),
  preflight: (args) => readSettings(settingsOf(args)),
  organization: (args) =>
    readOrganizationSettings({ organizationalUnits: 'ou-ab12-cdef3456', ...settingsOf(args) }),
  local: (args) => readSettings(readOptions(args).settings),
  scan: readCommand,
  cost: readCostOptions,
};

/** The commands of npm itself in the documentation. */
const OF_NPM = ['ci', 'test', 'install', 'pack', 'sbom'];

/**
 * Checks the words after `npm`. `…` stands for options that the reader knows.
 *
 * @throws {Error} if there is no such script, or it does not take the options
 */
export const checkNpm = (words: readonly string[]): void => {
  const [command = '', script = '', separator, ...options] = words.filter(
    (word) => word !== '--silent',
  );
  if (OF_NPM.includes(command)) return;
  if (command !== 'run' || !Object.hasOwn(manifest.scripts, script))
    throw new Error(`npm has no ${command} ${script}`);
  if (separator === undefined) return;
  if (separator !== '--') throw new Error(`expected -- before the options, got ${separator}`);
  const read = READERS[script];
  if (read === undefined) throw new Error(`npm run ${script} takes no options`);
  const given = options.filter(
    (word, at) => word !== '…' && !(word === '-c' && options[at + 1] === '…'),
  );
  read(given);
};
