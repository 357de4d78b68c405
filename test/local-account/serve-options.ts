import { parseArgs } from 'node:util';
import { splitSettings, UsageError } from '../../infra/command-line.ts';

export const USAGE = `npm run local -- [-c name=value ...] [--port <1 to 65535>] [--speed <1 to 1000>]
                 [--empty]

Serves a simulated AWS account on this machine until interrupted, with the stack
and example users. Takes the settings of cdk deploy. --speed says how many times
faster than real time its time passes, 10 by default; --empty leaves the users
out.`;

const wholeNumber = (name: string, text: string, maximum: number): number => {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= maximum) return number;
  throw new UsageError(
    `--${name} must be a whole number from 1 to ${maximum}, got ${JSON.stringify(text)}`,
  );
};

/**
 * Reads the options of `npm run local`.
 *
 * @throws for an unknown option or a number out of its bounds
 */
export const readOptions = (args: readonly string[]) => {
  const { port, speed, empty, context } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      speed: { type: 'string', default: '10' },
      empty: { type: 'boolean', default: false },
      context: { type: 'string', short: 'c', multiple: true, default: [] },
    },
  }).values;
  return {
    empty,
    port: port === undefined ? undefined : wholeNumber('port', port, 65_535),
    speed: wholeNumber('speed', speed, 1_000),
    settings: splitSettings(context),
  };
};
