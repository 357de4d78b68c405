import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';

const Manifest = v.object({ name: v.string(), version: v.string(), license: v.string() });

/** A package whose code is in a bundle. */
export type BundledPackage = v.InferOutput<typeof Manifest> & {
  /** The texts of its license and notice files. */
  readonly text: string;
};

/** The inputs of an esbuild output, by path relative to the working directory of esbuild. */
type Inputs = Readonly<Record<string, { readonly bytesInOutput: number }>>;

const LICENSE_FILE = /^(licen[cs]e|notice|copying)\b/i;

const readPackage = (folder: string): BundledPackage => {
  const manifest = v.parse(
    Manifest,
    JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')),
  );
  const files = readdirSync(folder).filter((file) => LICENSE_FILE.test(file));
  if (files.length === 0) throw new Error(`${manifest.name}: expected a license file, got none`);
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  return { ...manifest, text: texts.join('\n\n') };
};

/**
 * Reads the packages whose code is in a bundle, from the metafile of esbuild.
 *
 * @throws {Error} when a package has no license file
 */
export const packagesIn = (inputs: Inputs, root: string): BundledPackage[] => {
  const folders = Object.entries(inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([file]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  return [...new Set(folders)].map((folder) => readPackage(path.join(root, folder)));
};

const idOf = ({ name, version, license }: BundledPackage) => `${name} ${version} (${license})`;

/** Returns the license notices of packages. Packages with the same text share it. */
export const noticeOf = (packages: readonly BundledPackage[]): string => {
  const byText = new Map<string, Set<string>>();
  for (const one of packages)
    byText.set(one.text, (byText.get(one.text) ?? new Set()).add(idOf(one)));
  const notices = [...byText].map(
    ([text, ids]) => `${[...ids].toSorted().join('\n')}\n\n${text}\n`,
  );
  const line = '-'.repeat(80);
  return ['This code contains the following packages.\n', ...notices.toSorted()].join(
    `\n${line}\n\n`,
  );
};
