import { mkdirSync, writeFileSync } from 'node:fs';
import { createTemplate } from './template.ts';

const FILE = 'dist/iam-user-single-access-key.template.json';

const text = JSON.stringify(createTemplate());
mkdirSync('dist', { recursive: true });
writeFileSync(FILE, text);
console.log(`${FILE}: ${Buffer.byteLength(text).toLocaleString('en')} bytes`);
