import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { builtCodeOf, bundle, ENTRIES, REPOSITORY } from './bundle.ts';

// The first half of `npm run build`: puts what the constructs read in another app into dist, the functions' code and
// the runbooks. The constructs themselves are compiled into it then; the template there is `npm run template`'s.

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
