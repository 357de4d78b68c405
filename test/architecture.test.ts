import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8');

const sources = ['rule', 'remediation', 'infra'].flatMap((folder) =>
  readdirSync(path.join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`),
);

type Import = { readonly from: string; readonly isType: boolean };

/** The imports of a file. Those of this repository have their path in it. */
const readImports = (file: string): Import[] =>
  [...read(file).matchAll(/^(?:import|export)\s(type\s)?(?:[^;]*?from )?'([^']+)'/gm)].map(
    ([, type, from = '']) => ({
      from: from.startsWith('.') ? path.posix.join(path.posix.dirname(file), from) : from,
      isType: type !== undefined,
    }),
  );
const imports = new Map(sources.map((file) => [file, readImports(file)]));

const isOurs = (from: string): boolean => /^(rule|remediation|infra|test)\//.test(from);
const ownImports = (file: string): string[] =>
  (imports.get(file) ?? []).map(({ from }) => from).filter(isOurs);

const isIn = (file: string, folders: readonly string[]): boolean =>
  folders.some((folder) => file === folder || file.startsWith(`${folder}/`));
const isEntry = (file: string): boolean => /^(rule|remediation)\/[\w-]+\/index\.ts$/.test(file);

/** What each folder may import, besides itself. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'rule/input': [],
  'rule/keys': ['rule/input'],
  'rule/log': [],
  'rule/aws': ['rule/input', 'rule/keys', 'rule/log'],
  'rule/evaluation': ['rule/aws', 'rule/log', 'rule/input', 'rule/keys'],
  'rule/single-access-key': ['rule/evaluation', 'rule/keys'],
  'rule/inactive-access-key': ['rule/evaluation', 'rule/keys'],
  'rule/key-events': ['rule/aws', 'rule/log', 'rule/input'],
  'rule/security-hub': [
    ...['rule/single-access-key', 'rule/inactive-access-key', 'rule/evaluation'],
    ...['rule/aws', 'rule/log', 'rule/keys', 'rule/input'],
  ],
  'remediation/plans': ['rule'],
  'remediation/planner': ['remediation/plans', 'rule'],
  'remediation/messages': ['remediation/planner', 'remediation/plans', 'rule'],
  'remediation/automatic': [
    ...['remediation/messages', 'remediation/planner', 'remediation/plans', 'rule'],
  ],
  infra: ['rule'],
  // Nothing of the scan is deployed. It evaluates and plans with the code of the functions.
  'infra/scan': [
    'infra/settings',
    'infra/preflight',
    'infra/command-line.ts',
    'remediation',
    'rule',
  ],
};

/** The files of a folder, without those of a folder in it that has its own layer. */
const filesIn = (folder: string): string[] => {
  const own = Object.keys(LAYERS).filter((layer) => layer.startsWith(`${folder}/`));
  return sources.filter((file) => isIn(file, [folder]) && !isIn(file, own));
};

/** What the entry of a function may import as well: it creates the clients. */
const WIRING = ['rule/aws', 'rule/log'];

/** All that the infrastructure may import of the functions: names, and parameters with their bounds. */
const NAMES =
  /^rule\/(input\/(parameter|parse)|evaluation\/parameters|log\/metrics|aws\/regions|(key-events|security-hub)\/(event|settings))\.ts$/;

/** The folders that decide. */
const PURE = [
  ...['rule/input', 'rule/keys', 'rule/single-access-key', 'rule/inactive-access-key'],
  'remediation/plans',
];

const IMPURE =
  /\bnew Date\(\)|\bDate\.now\b|\bperformance\.|\bprocess\.|\bconsole\.|\bawait\b|\bMath\.random\b/;

/** The reasons why a file is not pure: what it does, and what it imports by value. */
const impurities = (file: string, seen = new Set<string>()): string[] => {
  if (seen.has(file)) return [];
  seen.add(file);
  const [impure] = read(file).match(IMPURE) ?? [];
  const imported = (imports.get(file) ?? [])
    .filter(({ from, isType }) => !isType && from !== 'valibot')
    .flatMap(({ from }) => (isOurs(from) ? impurities(from, seen) : [`${file} imports ${from}`]));
  return impure === undefined ? imported : [`${file} contains ${impure}`, ...imported];
};

/** A cycle among the imports that a file leads to, as a list that begins and ends with the same file. */
const findCycle = (
  file: string,
  trail: readonly string[],
  done: Set<string>,
): string[] | undefined => {
  if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
  if (done.has(file)) return undefined;
  for (const next of ownImports(file)) {
    const cycle = findCycle(next, [...trail, file], done);
    if (cycle !== undefined) return cycle;
  }
  done.add(file);
  return undefined;
};

describe('the layers', () => {
  it.each(Object.entries(LAYERS))('%s imports only %j', (folder, allowed) => {
    const wrong = filesIn(folder).flatMap((file) => {
      const folders = [folder, ...allowed, ...(isEntry(file) ? WIRING : [])];
      return ownImports(file)
        .filter((from) => !isIn(from, folders))
        .map((from) => `${file} imports ${from}`);
    });
    expect(filesIn(folder)).not.toEqual([]);
    expect(wrong).toEqual([]);
  });

  it('contain every file', () => {
    expect(sources.filter((file) => !isIn(file, Object.keys(LAYERS)))).toEqual([]);
  });

  it('let the infrastructure import only names of the functions', () => {
    const wrong = filesIn('infra').flatMap((file) =>
      ownImports(file)
        .filter(
          (from) => isIn(from, ['infra/scan']) || !(isIn(from, ['infra']) || NAMES.test(from)),
        )
        .map((from) => `${file} imports ${from}`),
    );
    expect(wrong).toEqual([]);
  });

  it('have no import cycle, type imports included', () => {
    const done = new Set<string>();
    const cycle = sources.map((file) => findCycle(file, [], done)).find((found) => found);
    expect(cycle).toBeUndefined();
  });
});

describe('a folder that decides', () => {
  it.each(PURE)('%s is pure, except for its entry', (folder) => {
    const files = filesIn(folder).filter((file) => !isEntry(file));
    expect(files).not.toEqual([]);
    expect(files.flatMap((file) => impurities(file))).toEqual([]);
  });
});

describe('a source file', () => {
  it.each(sources.filter(isEntry))('%s is wiring of at most 25 lines', (file) => {
    expect(read(file).trimEnd().split('\n').length).toBeLessThanOrEqual(25);
    expect(read(file)).not.toMatch(/\bif\b|\?|\bfor\b|\bawait\b/);
  });

  it.each(sources)('%s has at most 220 lines and a telling name', (file) => {
    expect(read(file).trimEnd().split('\n').length).toBeLessThanOrEqual(220);
    expect(path.basename(file)).toMatch(/^[a-z][a-z-]*\.ts$/);
    expect(path.basename(file)).not.toMatch(/util|helper|common|types|manager|misc/);
  });
});
