import { parseArgs } from 'node:util';
import { runScript, wrap } from '../command-line.ts';
import { reportOf } from './report.ts';
import { OPTIONS, optionsOf, parseScenario } from './scenario.ts';

const USAGE = `npm run cost -- [--accounts 1000] [--users 50] …

Prints what the rules cost in a month, as Markdown. The defaults are:
${wrap(optionsOf(parseScenario({}))).join('\n')}`;

await runScript(USAGE, () => {
  const options = Object.fromEntries(
    Object.keys(OPTIONS).map((name) => [name, { type: 'string' as const }]),
  );
  const report = reportOf(parseScenario(parseArgs({ options }).values));
  // A row of the table stays one line.
  for (const line of report.split('\n'))
    console.log(line.startsWith('|') ? line : wrap(line).join('\n'));
});
