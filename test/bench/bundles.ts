import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from '../../infra/functions/bundle.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The two SDK clients with the commands that the rule sends, without any of our code. */
const CLIENTS = `
import { GetAccessKeyLastUsedCommand, GetUserCommand, IAMClient, ListAccessKeysCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { ConfigServiceClient, PutEvaluationsCommand } from '@aws-sdk/client-config-service';
export const handler = [new IAMClient(), new ConfigServiceClient(), GetAccessKeyLastUsedCommand, GetUserCommand, ListAccessKeysCommand, ListUsersCommand, PutEvaluationsCommand];
`;

/** The naive rule: sequential calls, and every result reported. */
const NAIVE = new URL('naive.ts', import.meta.url);

/** A bundle with the options of a deployed function. */
export type Bundle = { readonly path: string; readonly kilobytes: number };

const bundle = async (directory: string, name: string, source: URL | string): Promise<Bundle> => {
  const path = join(directory, `${name}.mjs`);
  const input =
    typeof source === 'string'
      ? { stdin: { contents: source, resolveDir: repository } }
      : { entryPoints: [fileURLToPath(source)] };
  await build({ ...BUNDLE, ...input, outfile: path, absWorkingDir: repository });
  return { path, kilobytes: statSync(path).size / 1000 };
};

/** Creates the bundles to compare. */
export const createBundles = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  return {
    rule: await bundle(
      directory,
      'rule',
      new URL('../../rule/single-access-key/index.ts', import.meta.url),
    ),
    planner: await bundle(
      directory,
      'planner',
      new URL('../../remediation/planner/index.ts', import.meta.url),
    ),
    trigger: await bundle(
      directory,
      'trigger',
      new URL('../../rule/key-events/index.ts', import.meta.url),
    ),
    clients: await bundle(directory, 'clients', CLIENTS),
    naive: await bundle(directory, 'naive', NAIVE),
  };
};
