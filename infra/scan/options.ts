import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from '../command-line.ts';
import { readOptions } from '../preflight/options.ts';
import type { Settings } from '../settings/settings.ts';
import { FORMATS, isFormat, type Output } from './output.ts';

/** What the command line asks for. */
export type Command = Output & {
  readonly settings: Settings;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  /** The accounts to scan. @default the account of the credentials */
  readonly accounts?: 'organization' | readonly string[] | undefined;
  /** The role to assume in other accounts. */
  readonly roleName: string;
  /** The file of an earlier scan. */
  readonly compare?: string | undefined;
  readonly failOnViolations: boolean;
  /** What to print instead of a scan, if anything. */
  readonly only?: 'help' | 'policy' | 'role template' | undefined;
};

/** The role that is assumed in other accounts by default. */
const ROLE_NAME = 'IamUserSingleAccessKeyScan';

export const USAGE = `npm run scan -- [options]

Evaluates the access keys of every IAM user, and shows the results that the
deployed rules would report and what the Remediate button would do. Reads only.

  -c, --context NAME=VALUE  a setting, as for cdk deploy; cdk.json applies too
      --profile NAME        a profile of the AWS CLI
      --region NAME         the Region, which decides the partition
      --organization        scans all active accounts of the organization
      --accounts ID,ID      scans these accounts
      --role-name NAME      the role to assume in them
                            (default: ${ROLE_NAME})
      --compare FILE        compares with an earlier scan in the format json
      --format FORMAT       ${FORMATS.join(', ')}
      --output FILE         writes the results to a file
      --fail-on-violations  exits with 1 if a user is NON_COMPLIANT
      --print-policy        prints the IAM policy of a scan with these options
      --print-role-template prints the CloudFormation template of the role
  -h, --help                prints this text

Exit status: 0 everything was read; 1 violations, with --fail-on-violations;
2 not everything could be read; 3 wrong usage or no credentials.
See docs/scan.md.`;

const OPTIONS = {
  context: { type: 'string', short: 'c', multiple: true },
  profile: { type: 'string' },
  region: { type: 'string' },
  organization: { type: 'boolean' },
  accounts: { type: 'string' },
  'role-name': { type: 'string' },
  compare: { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string' },
  'fail-on-violations': { type: 'boolean' },
  'print-policy': { type: 'boolean' },
  'print-role-template': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

const requireThat = (isAllowed: boolean, expected: string, got: string): void => {
  if (!isAllowed) throw new UsageError(`${expected}, got ${JSON.stringify(got)}`);
};

const readFormat = (format: string): Command['format'] => {
  if (isFormat(format)) return format;
  const expected = `--format must be one of ${FORMATS.join(', ')}`;
  throw new UsageError(`${expected}, got ${JSON.stringify(format)}`);
};

const readAccounts = ({ organization = false, accounts }: Values): Command['accounts'] => {
  if (accounts === undefined) return organization ? 'organization' : undefined;
  if (organization) throw new UsageError('--organization and --accounts cannot be combined');
  const ids = accounts.split(',');
  const expected = '--accounts must be distinct account ids of 12 digits, separated by commas';
  const isAllowed = ids.every((id) => /^\d{12}$/.test(id)) && new Set(ids).size === ids.length;
  requireThat(isAllowed, expected, accounts);
  return ids;
};

const readRoleName = (values: Values): string => {
  const { 'role-name': roleName = ROLE_NAME } = values;
  const expected = '--role-name must be the name of a role: 1 to 64 letters, digits and _+=,.@-';
  requireThat(/^[\w+=,.@-]{1,64}$/.test(roleName), expected, roleName);
  const isUsed = values.organization || values.accounts !== undefined;
  if (values['role-name'] !== undefined && !isUsed && !values['print-role-template'])
    throw new UsageError('--role-name needs --organization or --accounts');
  return roleName;
};

const readOnly = (values: Values): Command['only'] => {
  if (values.help) return 'help';
  if (values['print-role-template']) return 'role template';
  return values['print-policy'] ? 'policy' : undefined;
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
  const { context = [], output, profile, region, compare, help = false } = values;
  for (const [name, value] of Object.entries({ output, profile, region, compare }))
    requireThat(value !== '', `--${name} must have a value`, '');
  return {
    settings: readOptions(help ? [] : context),
    ...{ output, profile, region, compare },
    format: readFormat(values.format ?? 'table'),
    accounts: readAccounts(values),
    roleName: readRoleName(values),
    failOnViolations: values['fail-on-violations'] ?? false,
    only: readOnly(values),
  };
};
