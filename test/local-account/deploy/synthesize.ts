import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import * as v from 'valibot';
import { readSettings } from '../../../infra/settings/read-settings.ts';
import { SingleAccessKeyStack, STACK_NAME } from '../../../infra/stack.ts';
import { parseTemplate, type Template } from './template.ts';

const AssetManifest = v.object({
  files: v.record(
    v.string(),
    v.object({
      source: v.object({ path: v.string() }),
      destinations: v.record(v.string(), v.object({ objectKey: v.string() })),
    }),
  ),
});

/** A synthesized stack: the output directory of the CDK and the name of the stack. */
export type SynthesizedStack = { readonly directory: string; readonly stackName: string };

const readJson = ({ directory, stackName }: SynthesizedStack, kind: string): unknown =>
  JSON.parse(readFileSync(path.join(directory, `${stackName}.${kind}.json`), 'utf8'));

/** Reads the template of a stack. */
export const readTemplate = (stack: SynthesizedStack): Template =>
  parseTemplate(readJson(stack, 'template'));

/**
 * Reads the asset manifest of a stack. The returned function gives the directory of an asset by its key in the bucket.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/assets.html
 */
export const readAssets = (stack: SynthesizedStack) => {
  const { directory, stackName } = stack;
  const { files } = v.parse(AssetManifest, readJson(stack, 'assets'));
  return (key: string): string => {
    const found = Object.values(files).find(({ destinations }) =>
      Object.values(destinations).some(({ objectKey }) => objectKey === key),
    );
    if (found !== undefined) return path.join(directory, found.source.path);
    throw new Error(`${stackName}: the asset manifest has no ${key}`);
  };
};

const CDK_JSON = new URL('../../../cdk.json', import.meta.url);
const CdkJson = v.object({ context: v.record(v.string(), v.unknown()) });

/**
 * Synthesizes the stack of this project with its bundles, in this process instead of the CDK CLI.
 *
 * The output directory is deleted when the process exits.
 *
 * @param context  settings that override those of cdk.json
 */
export const synthesize = (context: Readonly<Record<string, unknown>> = {}): SynthesizedStack => {
  const directory = mkdtempSync(path.join(tmpdir(), 'single-access-key-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const cdkJson = v.parse(CdkJson, JSON.parse(readFileSync(CDK_JSON, 'utf8')));
  const app = new App({ outdir: directory, context: { ...cdkJson.context, ...context } });
  const settings = readSettings(app.node.getAllContext());
  const { stackName } = new SingleAccessKeyStack(app, STACK_NAME, settings);
  app.synth();
  return { directory, stackName };
};
