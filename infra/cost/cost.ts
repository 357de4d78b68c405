import { parseArgs } from 'node:util';
import { InvalidParameterError } from '../../rule/input/parameter.ts';
import { reportOf } from './report.ts';
import { parseScenario, SCENARIO } from './scenario.ts';

const USAGE = `npm run cost -- [--accounts 1000] [--users 50] …

What the rules cost in a month, as a table in Markdown. By itself: ${Object.entries(SCENARIO)
  .map(([name, parameter]) => `--${name} ${parameter.default}`)
  .join(', ')}.`;

try {
  const options = Object.fromEntries(
    Object.keys(SCENARIO).map((name) => [name, { type: 'string' as const }]),
  );
  console.log(reportOf(parseScenario(parseArgs({ options }).values)));
} catch (error) {
  const isTheCallers =
    error instanceof InvalidParameterError ||
    // What parseArgs says of an argument that it does not know.
    (error instanceof TypeError && String(Object(error).code).startsWith('ERR_PARSE_ARGS'));
  if (!isTheCallers) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 1;
}
