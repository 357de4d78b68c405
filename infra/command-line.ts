import { InvalidParameterError } from '../rule/input/parameter.ts';

/** The error for a command that cannot run as it was given. Its message appears with the usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `parseArgs` throws errors with such a code. A server throws the other one if its port is in use. */
const CODE = /^(ERR_PARSE_ARGS|EADDRINUSE)/;

/** Tells whether an error is due to the command line. */
export const isUsageError = (error: unknown): error is Error =>
  error instanceof UsageError ||
  error instanceof InvalidParameterError ||
  (error instanceof Error && CODE.test(Object(error).code));

/** Ends the process without a message if the reader of its output is gone, as in `npm run cost | head -1`. */
const endWithReader = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
};

/**
 * Runs an npm script. With `-h` or `--help` it prints the usage instead. After a wrong option it prints the message and
 * the usage to stderr, and the exit code is 2. Other errors pass through.
 */
export const runScript = async (usage: string, run: () => void | Promise<void>): Promise<void> => {
  process.stdout.on('error', endWithReader);
  if (process.argv.slice(2).some((word) => word === '-h' || word === '--help')) {
    console.log(usage);
    return;
  }
  try {
    await run();
  } catch (error) {
    if (!isUsageError(error)) throw error;
    console.error(`${wrap(error.message).join('\n')}\n\n${usage}`);
    process.exitCode = 2;
  }
};

const split = (text: string): readonly [string, string] => {
  const end = text.indexOf('=');
  if (end > 0) return [text.slice(0, end), text.slice(end + 1)];
  throw new UsageError(
    `a setting must be name=value, as in -c triggers=schedule, got ${JSON.stringify(text)}`,
  );
};

/**
 * Splits `name=value` texts as `cdk deploy -c` does. If a name occurs twice, the last value applies.
 *
 * @throws {UsageError} names the first text that is not `name=value`
 */
export const splitSettings = (texts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(texts.map(split));

/** The width of a terminal in characters. */
export const WIDTH = 80;

/** Breaks a text at spaces into lines of at most `width` characters. A longer word has a line of its own. */
export const wrap = (text: string, width = WIDTH): readonly string[] =>
  text.split('\n').flatMap((paragraph) => {
    const [first = '', ...words] = paragraph.split(' ');
    const lines = [first];
    for (const word of words) {
      const longer = `${lines.at(-1)} ${word}`;
      if (longer.length > width) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  });

/** Gives each option of a long command a line of its own, so that the command can still be copied. */
export const breakCommand = (command: string, indent = ''): string => {
  const isLong = indent.length + command.length > WIDTH;
  return indent + (isLong ? command.replaceAll(/ (?=--\w)/g, ` \\\n${indent}  `) : command);
};

/** Prints a text in lines of at most 80 characters. */
export const printWrapped = (text: string): void => console.log(wrap(text).join('\n'));
