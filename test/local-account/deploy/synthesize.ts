import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import * as v from 'valibot';
import { readSettings } from '../../../infra/settings/read-settings.ts';
import { SingleAccessKeyStack, STACK_NAME } from '../../../infra/stack.ts';
import type { SynthesizedStack } from './assets.ts';

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
