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

/** A request to run a script, as `run_scripts.py` reads it. */
type ScriptRequest = {
  readonly script: string;
  readonly handler: string;
  readonly events: unknown;
  /** How many times faster than real time the script sleeps. */
  readonly speed: number;
  /** The whole environment of the script. */
  readonly environment: Readonly<Record<string, string>>;
};

/** The sockets of the running Python processes, by command. */
const listening = new Map<string, Promise<string>>();

const start = async ([file = '', ...leading]: readonly string[], onEnd: () => void) => {
  const { PATH, HOME } = process.env;
  // -B keeps Python from writing compiled files into this repository.
  const python = spawn(file, [...leading, '-B', RUNNER], { env: { PATH, HOME } });
  python.once('error', onEnd).once('exit', onEnd);
  await once(python, 'spawn').catch((cause: unknown) => {
    const message = `${file} is needed to run the scripts of runbooks, but it is not on PATH`;
    throw new Error(message, { cause });
  });
  const [socket, errors] = await Promise.all([text(python.stdout), text(python.stderr)]);
  if (socket === '') throw new Error(`${file} ended before it could run a script: ${errors}`);
  // It ends with this process and does not keep this process running.
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

/** Kills a process, which may have ended already. */
const kill = (id: number) => {
  try {
    process.kill(id, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/**
 * Runs a script in its own process and returns its JSON answer.
 *
 * The process is a fork of one Python that has imported boto3, which is 20 times as fast as a new Python.
 *
 * @param command  the command that runs Python, with its leading arguments
 * @param signal  kills the script
 * @throws when Python is missing, or when the script ends without an answer; the message then has its stderr
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
  let output = '';
  try {
    socket.end(JSON.stringify(request));
    for await (const chunk of chunks) output += chunk;
  } finally {
    if (!socket.readableEnded) kill(Number(id));
  }
  const end = output.lastIndexOf('\0');
  if (end >= 0) return output.slice(end + 1);
  throw new Error(`the script ended without an answer: ${output}`);
};

const Inputs = v.pipe(
  v.strictObject({
    Runtime: v.picklist(['python3.10', 'python3.11', 'python3.12']),
    Handler: v.pipe(v.string(), v.regex(/^\w+$/, 'expected the name of a function')),
    Script: v.string(),
    InputPayload: v.optional(v.record(v.string(), v.unknown()), {}),
  }),
  v.check(
    ({ Handler, Script }) => new RegExp(`^def ${Handler}\\(\\w+, \\w+\\):`, 'm').test(Script),
    'expected a Script that defines the Handler with the arguments events and context',
  ),
);
const Answer = v.union([
  v.strictObject({ Payload: v.unknown() }),
  v.strictObject({ error: v.string() }),
]);

const MAX_PAYLOAD_BYTES = 100 * 1024;

/** Creates a script's environment: the automation role, and nothing of the developer's own AWS configuration. */
const environmentFor = ({ environment }: ActionContext) => {
  const { PATH = '', HOME = '' } = process.env;
  const noFiles = { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
  // The endpoint is on this machine. On macOS a forked process must not look for proxies.
  return { ...environment, ...noFiles, NO_PROXY: '*', PATH, HOME };
};

/**
 * aws:executeScript: calls a Python function as `handler(events, {})` in its own process.
 *
 * `import boto3` finds the real boto3 where it is installed, else a stand-in with the calls that our scripts make.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
 */
export const executeScript: Action = {
  inputs: Inputs,
  outputs: { Payload: 'StringMap' },
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
