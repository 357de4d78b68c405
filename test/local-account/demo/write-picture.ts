import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runScript } from '../../../infra/command-line.ts';
import { draw, runDemo } from './picture.ts';

const USAGE = `npm run picture

Runs the demo and writes docs/demo.svg, the picture in README.md.`;

await runScript(USAGE, async () => {
  parseArgs();
  writeFileSync(new URL('../../../docs/demo.svg', import.meta.url), draw(await runDemo()));
});
