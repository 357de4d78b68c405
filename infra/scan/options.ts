import { type ParseArgsConfig, parseArgs } from 'node:util';
import { InvalidParameterError } from '../../rule/input/parameter.ts';
import { UsageError } from '../command-line.ts';
import { readOptions } from '../preflight/options.ts';
import type { Settings } from '../settings/settings.ts';

/** The formats of the output. */
export const FORMATS = ['table', 'json', 'csv'] as const;

/** A format of the output. */
export type Format = (typeof FORMATS)[number];

/** What the command line asks for. */
export type Command = {
  readonly settings: Settings;
  readonly format: Format;
  /** The file to write. @default stdout */
  readonly output?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly failOnViolations: boolean;
  /** What to print instead of a scan, if anything. */
  readonly only?: 'help' | 'policy';
};

export const USAGE = `npm run scan -- [options]

Evaluates the access keys of every IAM user of an account, and shows the results
that the deployed rules would report and what the Remediate button would do.
Reads only.

  -c, --context NAME=VALUE  a setting of the deployment, as for cdk deploy; cdk.json applies
      --profile NAME        a profile of the AWS CLI
      --region NAME         the Region, which decides the partition
      --format FORMAT       ${FORMATS.join(', ')}
      --output FILE         writes the results to a file
      --fail-on-violations  exits with 1 if a user is NON_COMPLIANT
      --print-policy        prints the IAM policy that a scan with these settings needs
  -h, --help                prints this text

Exit status: 0 everything was read; 1 violations, with --fail-on-violations;
2 not everything could be read; 3 wrong usage or no credentials. See docs/scan.md.`;

const OPTIONS = {
  context: { type: 'string', short: 'c', multiple: true },
  profile: { type: 'string' },
  region: { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string' },
  'fail-on-violations': { type: 'boolean' },
  'print-policy': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const isFormat = (text: string): text is Format => FORMATS.some((format) => format === text);

const requireText = (name: string, value: string | undefined): void => {
  if (value === '') throw new UsageError(`--${name} must have a value, got ""`);
};

/**
 * Reads the command line.
 *
 * @throws {UsageError} if an option has a value that is not allowed
 * @throws {InvalidParameterError} if a setting is not allowed
 * @throws {TypeError} with a code `ERR_PARSE_ARGS_…` if an option is unknown
 */
export const readCommand = (args: readonly string[]): Command => {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { context = [], format = 'table', output, profile, region, help = false } = values;
  if (!isFormat(format))
    throw new UsageError(
      `--format must be one of ${FORMATS.join(', ')}, got ${JSON.stringify(format)}`,
    );
  for (const [name, value] of Object.entries({ output, profile, region })) requireText(name, value);
  const only = values['print-policy'] === true ? 'policy' : undefined;
  return {
    settings: readOptions(help ? [] : context),
    ...{ format, output, profile, region },
    failOnViolations: values['fail-on-violations'] ?? false,
    ...((help || only) && { only: help ? 'help' : only }),
  };
};

/** Tells whether an error is due to the command line. */
export const isUsageError = (error: unknown): error is Error =>
  error instanceof UsageError ||
  error instanceof InvalidParameterError ||
  (error instanceof TypeError && String(Object(error).code).startsWith('ERR_PARSE_ARGS'));
