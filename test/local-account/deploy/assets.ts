import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parseTemplate, type Template } from './template.ts';

const PACKAGES = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/**
 * Creates a directory with the inline code of a template, laid out as Lambda does: `index.js` and the SDK, here that of
 * the repository. It is deleted when the process exits.
 */
export const directoryOfInlineCode = (code: string): string => {
  const directory = mkdtempSync(path.join(tmpdir(), 'inline-code-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(path.join(directory, 'index.js'), code);
  symlinkSync(PACKAGES, path.join(directory, 'node_modules'));
  return directory;
};

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
