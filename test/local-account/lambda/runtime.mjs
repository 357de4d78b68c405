// The main module of a function's process: plain JavaScript, because Node runs it without a loader.
// It receives events and sends results over IPC, one at a time; stdout and stderr are the log of the function.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';

const EXTENSIONS = ['.mjs', '.js', '.cjs'];

const fail = (name, message) => {
  throw Object.assign(new Error(message), { name });
};

/** @param {string} handler  `index.handler`: a file of the task root and its export */
const loadHandler = async (taskRoot, handler) => {
  const [file = '', name = ''] = handler.split('.');
  const candidates = EXTENSIONS.map((extension) => path.join(taskRoot, `${file}${extension}`));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) fail('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const exported = await import(pathToFileURL(found).href);
  const loaded = exported[name] ?? exported.default?.[name];
  if (typeof loaded === 'function') return loaded;
  return fail('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
};

const describeError = (error) =>
  types.isNativeError(error)
    ? { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

const run = async ({ event, context, deadline }) => {
  try {
    const handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
    const getRemainingTimeInMillis = () => deadline - Date.now();
    const result = await handler(JSON.parse(event), { ...context, getRemainingTimeInMillis });
    return { Payload: JSON.stringify(result ?? null) };
  } catch (error) {
    const Payload = JSON.stringify(describeError(error));
    console.error(`${context.awsRequestId} ERROR Invoke Error ${Payload}`);
    return { FunctionError: 'Unhandled', Payload };
  }
};

/** Milliseconds from real time to the account's time. */
let shift = 0;

/** Shifts `new Date()` and `Date.now()` to the account's time and leaves the rest of Date unchanged. */
const shiftTime = () => {
  const RealDate = Date;
  const now = () => RealDate.now() + shift;
  // A proxy instead of a subclass: dates that Node itself creates must remain instances of Date.
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    apply: () => new Date().toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
};

// Listens for one event at a time. During an invocation only its own work keeps the process alive, as in Lambda.
const listen = () =>
  process.once('message', async (request) => {
    shift = request.shift;
    const answer = await run(request);
    for (const stream of [process.stdout, process.stderr])
      stream.write(`END RequestId: ${request.context.awsRequestId}\n`);
    process.send(answer, listen);
  });

shiftTime();
listen();
