import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ENVIRONMENT } from '../../infra/functions/bundle.ts';
import type { Bundle } from './bundles.ts';

/** Time and memory of one process. */
export type Measure = {
  readonly importMilliseconds: number;
  readonly milliseconds: number;
  readonly peakMegabytes: number;
};

const script = fileURLToPath(new URL('invoke-once.mjs', import.meta.url));
const accelerate = new URL('../load/accelerate.mjs', import.meta.url).href;

/** The event, the endpoint of the account, and the speed of its time relative to real time. */
type Invocation = {
  readonly event: unknown;
  readonly endpoint: string;
  readonly speed?: number;
};

/** Imports a bundle in a new process with the function's environment, and invokes it if there is an event. */
export const runOnce = async (
  node: string,
  { path }: Bundle,
  invocation?: Invocation,
): Promise<Measure> => {
  const event = invocation === undefined ? [] : [JSON.stringify(invocation.event)];
  const { speed = 1 } = invocation ?? {};
  const leading = speed === 1 ? [] : ['--import', accelerate];
  const child = spawn(node, [...leading, script, path, ...event], {
    env: {
      ...ENVIRONMENT,
      LOAD_SPEED: String(speed),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      AWS_ENDPOINT_URL: invocation?.endpoint ?? 'http://127.0.0.1:9',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(`expected exit code 0, got ${child.exitCode}: ${said}`);
  return JSON.parse(said) as Measure;
};
