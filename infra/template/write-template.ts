import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runScript } from '../command-line.ts';
import { createTemplate, withoutRemediation } from './template.ts';

const USAGE = `npm run template

Writes the CloudFormation templates into dist: one with every setting as a
parameter, and one for Regions in which AWS Config has no remediation.`;

await runScript(USAGE, () => {
  parseArgs();
  const template = createTemplate();
  mkdirSync('dist', { recursive: true });
  for (const [name, content] of [
    ['template', template],
    ['without-remediation.template', withoutRemediation(template)],
  ] as const) {
    const file = `dist/iam-user-single-access-key.${name}.json`;
    const text = JSON.stringify(content);
    writeFileSync(file, text);
    console.log(`${file}: ${Buffer.byteLength(text).toLocaleString('en')} bytes`);
  }
});
