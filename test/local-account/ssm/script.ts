import { devNull } from 'node:os';
import * as v from 'valibot';
import type { Action, ActionContext } from './action.ts';
import { runScript } from './script-process.ts';

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
