import { parseArgs } from 'node:util';
import { InvalidParameterError } from '../../rule/input/parameter.ts';
import { reportOf } from './report.ts';
import { OPTIONS, optionsOf, parseScenario } from './scenario.ts';

const USAGE = `npm run cost -- [--accounts 1000] [--users 50] …

Prints what the rules cost in a month, as Markdown. The defaults are:
${optionsOf(parseScenario({}))}`;

try {
  const options = Object.fromEntries(
    Object.keys(OPTIONS).map((name) => [name, { type: 'string' as const }]),
  );
  console.log(reportOf(parseScenario(parseArgs({ options }).values)));
} catch (error) {
  // parseArgs throws a TypeError with such a code for an unknown option.
  const isUsageError =
    error instanceof InvalidParameterError ||
    (error instanceof TypeError && String(Object(error).code).startsWith('ERR_PARSE_ARGS'));
  if (!isUsageError) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 1;
}
