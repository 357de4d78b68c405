import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { devNull } from 'node:os';
import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Action, ActionContext } from './action.ts';

const RUNNER = fileURLToPath(new URL('python/run_scripts.py', import.meta.url));

/** What a script is run with, as `run_scripts.py` reads it. */
export type ScriptRequest = {
  readonly script: string;
  readonly handler: string;
  readonly events: unknown;
  /** Seconds that pass for the script in one second. */
  readonly speed: number;
  /** All that the script sees of any environment. */
  readonly environment: Readonly<Record<string, string>>;
};

/** Where the Pythons of this process listen, by command. */
const listening = new Map<string, Promise<string>>();

const start = async ([file = '', ...leading]: readonly string[], onEnd: () => void) => {
  const { PATH, HOME } = process.env;
  // -B: an import leaves no compiled file behind in this repository.
  const python = spawn(file, [...leading, '-B', RUNNER], { env: { PATH, HOME } });
  python.once('error', onEnd).once('exit', onEnd);
  await once(python, 'spawn').catch((cause: unknown) => {
    const message = `${file} is needed to run the runbook's scripts; none found on PATH`;
    throw new Error(message, { cause });
  });
  const [socket, errors] = await Promise.all([text(python.stdout), text(python.stderr)]);
  if (socket === '') throw new Error(`${file} ended before it could run a script: ${errors}`);
  // It ends with this process, which need not stay for it.
  python.unref();
  if ('unref' in python.stdin) (python.stdin as Socket).unref();
  return socket;
};

const socketOf = (command: readonly string[]) => {
  const key = JSON.stringify(command);
  const socket = listening.get(key) ?? start(command, () => listening.delete(key));
  listening.set(key, socket);
  return socket;
};

/** A script that ended at this moment is as good as killed. */
const kill = (id: number) => {
  try {
    process.kill(id, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/**
 * Runs a script in a process of its own, and returns its JSON answer.
 *
 * That process is a fork of one Python, which has its imports behind it: a start takes 20 times as long.
 *
 * @param command  the machine's Python, with its leading arguments
 * @param signal  kills the script
 * @throws when there is no such Python, or the script ends without an answer; then with what it said on stderr
 */
export const runScript = async (
  request: ScriptRequest,
  command: readonly string[],
  signal: AbortSignal,
): Promise<string> => {
  const path = await socketOf(command);
  const socket = addAbortSignal(signal, connect(path)).setEncoding('utf8');
  const chunks: AsyncIterableIterator<string> = socket[Symbol.asyncIterator]();
  const { value: id } = await chunks.next();
  let said = '';
  try {
    socket.end(JSON.stringify(request));
    for await (const chunk of chunks) said += chunk;
  } finally {
    if (!socket.readableEnded) kill(Number(id));
  }
  const end = said.lastIndexOf('\0');
  if (end >= 0) return said.slice(end + 1);
  throw new Error(`the script ended without an answer: ${said}`);
};

const Inputs = v.strictObject({
  Runtime: v.picklist(['python3.10', 'python3.11', 'python3.12']),
  Handler: v.pipe(v.string(), v.regex(/^\w+$/, 'expected the name of a function')),
  Script: v.string(),
  InputPayload: v.optional(v.record(v.string(), v.unknown()), {}),
});
const Answer = v.union([
  v.strictObject({ Payload: v.unknown() }),
  v.strictObject({ error: v.string() }),
]);

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html */
const MAX_PAYLOAD_BYTES = 100 * 1024;

/** A script sees the automation role, and nothing of the account of whoever runs this. */
const environmentFor = ({ environment }: ActionContext) => {
  const { PATH = '', HOME = '' } = process.env;
  const noFiles = { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
  // The endpoint is of this machine; and macOS lets no forked process ask it for proxies.
  return { ...environment, ...noFiles, NO_PROXY: '*', PATH, HOME };
};

/**
 * aws:executeScript: a Python handler called as `handler(events, {})`, in a process of the machine's python3.
 *
 * The real boto3 is what `import boto3` finds where it is installed, else a stand-in for what our scripts use.
 */
export const executeScript: Action = {
  outputs: ['Payload'],
  maxSeconds: 600,
  run: async (given, context) => {
    const { Handler, Script, InputPayload } = v.parse(Inputs, given);
    const { python, scriptSpeed: speed } = context.settings;
    const environment = environmentFor(context);
    const request = { script: Script, handler: Handler, events: InputPayload, speed, environment };
    const answer = v.parse(Answer, JSON.parse(await runScript(request, python, context.signal)));
    if ('error' in answer) throw new Error(answer.error);
    const bytes = Buffer.byteLength(JSON.stringify(answer.Payload));
    if (bytes <= MAX_PAYLOAD_BYTES) return { response: { Payload: answer.Payload } };
    throw new Error(`a Payload must have at most ${MAX_PAYLOAD_BYTES} bytes, got ${bytes}`);
  },
};
