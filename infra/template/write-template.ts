import { mkdirSync, writeFileSync } from 'node:fs';
import { createTemplate, withoutRemediation } from './template.ts';

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
