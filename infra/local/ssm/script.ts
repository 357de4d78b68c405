import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Action, ActionContext } from './action.ts';

const RUNNER = fileURLToPath(new URL('python/run_script.py', import.meta.url));

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
  return { ...environment, ...noFiles, PATH, HOME };
};

const startPython = async (context: ActionContext) => {
  const [command = '', ...leading] = context.settings.python;
  // -B: an import leaves no compiled file behind in this repository.
  const child = spawn(command, [...leading, '-B', RUNNER], {
    env: environmentFor(context),
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    signal: context.signal,
    killSignal: 'SIGKILL',
  });
  await once(child, 'spawn').catch((cause: unknown) => {
    const message = `${command} is needed to run the runbook's scripts; none found on PATH`;
    throw new Error(message, { cause });
  });
  return child;
};

const askPython = async (request: unknown, context: ActionContext) => {
  const child = await startPython(context);
  const ended = once(child, 'close');
  // A script that ends without reading is told by its answer, not by the broken pipe.
  child.stdin?.on('error', () => {}).end(JSON.stringify(request));
  const [answer, errors] = await Promise.all([
    text(child.stdio[3] as Readable),
    text(child.stderr as Readable),
    ended,
  ]);
  if (answer === '') throw new Error(`the script ended without an answer: ${errors}`);
  return v.parse(Answer, JSON.parse(answer));
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
    const speed = context.settings.scriptSpeed;
    const request = { script: Script, handler: Handler, events: InputPayload, speed };
    const answer = await askPython(request, context);
    if ('error' in answer) throw new Error(answer.error);
    const bytes = Buffer.byteLength(JSON.stringify(answer.Payload));
    if (bytes <= MAX_PAYLOAD_BYTES) return { response: { Payload: answer.Payload } };
    throw new Error(`a Payload must have at most ${MAX_PAYLOAD_BYTES} bytes, got ${bytes}`);
  },
};
