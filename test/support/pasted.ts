import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Part } from './markdown.ts';

/** A program that a pasted command starts, with its arguments, and the place of the command. */
export type Started = {
  readonly at: string;
  readonly program: string;
  readonly words: readonly string[];
};

/** What the shell starts instead of a program: it records its arguments. The output of some calls is the input of others. */
const STAND_IN = `{ printf '%s\\0' "$AT" "\${0##*/}" "$@"; printf '\\036'; } >> "$RECORD"
case "$2" in
  get-user | get-compliance-details-by-config-rule) echo "$ANSWER_USER" ;;
  describe-automation-executions) echo "$ANSWER_EXECUTION" ;;
  get-automation-execution) echo "$ANSWER_EXECUTION $ANSWER_USER Success" ;;
  get-findings) echo '[{"Id":"a","ProductArn":"b"}]' ;;
esac`;

/** The programs that really run. The shell finds no other one, so that a page cannot change anything. */
const REAL = ['cat', 'echo', 'grep', 'mkdir', 'sed', 'sort', 'tr', 'uniq', 'xargs'];

const find = (name: string): string => {
  const folders = process.env['PATH']?.split(path.delimiter) ?? [];
  const found = folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`expected the program ${name} in PATH`);
  return found;
};

/**
 * Runs commands in the shell, one after the other, and returns the programs that they start.
 *
 * @param variables  what the text defines, and the answers of `STAND_IN`
 * @throws {Error} if the shell reports something, such as a variable that is not set
 */
export const paste = (
  commands: readonly Part[],
  variables: Readonly<Record<string, string>>,
): Started[] => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pasted-'));
  try {
    const RECORD = path.join(folder, 'record');
    const work = path.join(folder, 'work');
    mkdirSync(work);
    const add = (name: string, text: string) =>
      writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    for (const name of ['aws', 'npm', 'npx', 'git']) add(name, STAND_IN);
    add('jq', 'exec cat');
    for (const name of REAL) symlinkSync(find(name), path.join(folder, name));
    const script = commands.map(({ at, text }) => `export AT='${at}'\n${text}\n`).join('');
    const { stderr } = spawnSync('/bin/sh', ['-c', `set -u\ncd() { :; }\n${script}`], {
      ...{ cwd: work, encoding: 'utf8' },
      env: { PATH: folder, RECORD, ...variables },
    });
    if (stderr !== '') throw new Error(`the commands of ${commands[0]?.page}: ${stderr}`);
    const record = existsSync(RECORD) ? readFileSync(RECORD, 'utf8') : '';
    return record
      .split('\0\u001e')
      .slice(0, -1)
      .map((line) => line.split('\0'))
      .map(([at = '', program = '', ...words]) => ({ at, program, words }));
  } finally {
    rmSync(folder, { recursive: true });
  }
};
