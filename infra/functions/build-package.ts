import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { builtCodeOf, bundle, ENTRIES, REPOSITORY } from './bundle.ts';

// The first step of `npm run build`: writes the bundled functions and the runbooks into dist, where the constructs of
// the package read them. The second step compiles the constructs. `npm run template` writes the template.

const dist = `${REPOSITORY}dist/`;

for (const folder of ['infra', 'rule', 'remediation', 'functions'])
  rmSync(`${dist}${folder}`, { recursive: true, force: true });
for (const entry of ENTRIES) {
  const directory = `${dist}${builtCodeOf(entry)}`;
  mkdirSync(directory, { recursive: true });
  for (const { path: file, contents } of bundle(entry))
    writeFileSync(path.join(directory, path.basename(file)), contents);
}

const files = readdirSync(`${REPOSITORY}remediation/runbooks`, {
  recursive: true,
  encoding: 'utf8',
});
for (const file of files.filter((file) => /\.(yaml|py)$/.test(file)))
  cpSync(`${REPOSITORY}remediation/runbooks/${file}`, `${dist}remediation/runbooks/${file}`);
