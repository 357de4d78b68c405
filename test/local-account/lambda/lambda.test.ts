import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trustOf } from '../../support/build.ts';
import { createClockedAccount } from '../../support/clocked-account.ts';
import { createRoles } from '../sts/sts.ts';
import type { SendToQueue } from './invocations.ts';
import { createLambda } from './lambda.ts';

const CODE = `
import { statSync } from 'node:fs';
export const environment = async () => process.env;
export const context = async (event, { getRemainingTimeInMillis, ...context }) =>
  ({ event, context, remaining: getRemainingTimeInMillis() });
export const talkative = async () => { console.log('one'); console.error('two'); return 'three'; };
export const failing = async () => { throw new RangeError('too many'); };
export const refusing = async () => { throw 'only a text'; };
export const unended = async () => { process.stdout.write('no line end'); };
let count = 0;
export const counting = async ({ leave }) => {
  count += 1;
  console.log('count', count);
  if (leave) process.exit(4);
  return count;
};
export const silent = async () => {};
export const sleeping = () => new Promise((resolve) => setTimeout(resolve, 60_000));
export const leaving = async () => process.exit(3);
export const title = async () => process.title;
export const dates = async () => ({
  now: Date.now(),
  made: new Date().getTime(),
  called: Date.parse(Date()),
  given: new Date(2026, 0, 31, 12).toISOString(),
  parsed: Date.parse('2026-01-31'),
  utc: Date.UTC(2026, 0, 31),
  isDate: [new Date(), statSync('.').mtime].every((one) => one instanceof Date),
});
`;

const FROM_CONFIG = {
  Principal: 'config.amazonaws.com',
  SourceAccount: '123456789012',
  SourceArn: 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-000001',
};

const ANY_RULE = FROM_CONFIG.SourceArn.replace(/000001$/, '*');

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'lambda-test-'));
  writeFileSync(path.join(directory, 'index.mjs'), CODE);
});
afterAll(() => rmSync(directory, { recursive: true }));

const opened: ReturnType<typeof createLambda>[] = [];
afterEach(() => {
  for (const lambda of opened.splice(0)) lambda.close();
});

const setup = (
  name: string,
  settings: { Timeout?: number; Environment?: Record<string, string> } = {},
  sendToQueue: SendToQueue = () => {},
  now?: () => Date,
) => {
  const accountId = '123456789012';
  const roles = createRoles({ accountId });
  const AssumeRolePolicyDocument = trustOf('lambda.amazonaws.com');
  const role = roles.create({ RoleName: 'executor', AssumeRolePolicyDocument });
  const endpoint = 'http://127.0.0.1:9';
  const lambda = createLambda({
    accountId,
    region: 'us-east-1',
    roles,
    endpoint,
    sendToQueue,
    now,
  });
  opened.push(lambda);
  const Handler = `index.${name}`;
  // Long enough for a process to start on a busy machine.
  const defaults = { Timeout: 60, directory, Runtime: 'nodejs24.x', Role: role.Arn };
  const configuration = { ...defaults, Handler, ...settings };
  const { Arn } = lambda.functions.create({ FunctionName: name, ...configuration });
  const invoke = async (event: unknown = {}) => {
    const { result, lines } = await lambda.invoke(name, event, 'operator');
    return { ...result, answer: JSON.parse(result.Payload), lines };
  };
  return { lambda, role, invoke, Arn };
};

describe('a function', () => {
  it('has its own environment variables and those that Lambda sets, and no others', async () => {
    process.env['SECRET_OF_THE_MACHINE'] = 'x';
    const { invoke, role } = setup('environment', { Environment: { OWN: 'value' } });

    const { answer } = await invoke();

    expect(answer).toEqual({
      ...role.environment,
      OWN: 'value',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_NAME: 'environment',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_REGION: 'us-east-1',
      LAMBDA_TASK_ROOT: directory,
      TZ: ':UTC',
      _HANDLER: 'index.environment',
    });
  });

  it('runs with the NODE_OPTIONS of its environment', async () => {
    const { invoke } = setup('title', { Environment: { NODE_OPTIONS: '--title=by-option' } });

    expect((await invoke()).answer).toBe('by-option');
  });

  it('gets its event and a context with the remaining time', async () => {
    const { invoke, Arn } = setup('context');

    const { answer } = await invoke({ deep: ['événement'] });

    expect(answer.event).toEqual({ deep: ['événement'] });
    expect(answer.context).toMatchObject({ functionName: 'context', invokedFunctionArn: Arn });
    expect(answer.context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.remaining).toBeGreaterThan(0);
    expect(answer.remaining).toBeLessThanOrEqual(60_000);
  });

  it('returns a result and logs what it prints', async () => {
    const { answer, lines } = await setup('talkative').invoke();

    expect(answer).toBe('three');
    expect(lines.toSorted()).toEqual(['one', 'two']);
  });

  it('logs an unfinished last line', async () => {
    expect((await setup('unended').invoke()).lines).toEqual(['no line end']);
  });

  it('returns null when it returns nothing', async () => {
    expect(await setup('silent').invoke()).toMatchObject({ Payload: 'null' });
  });
});

describe('an execution environment', () => {
  it('keeps module state between invocations and separates their logs', async () => {
    const { invoke } = setup('counting');

    const [first, second] = [await invoke(), await invoke()];

    expect([first, second]).toMatchObject([
      { answer: 1, lines: ['count 1'] },
      { answer: 2, lines: ['count 2'] },
    ]);
  });

  it('serves one invocation at a time', async () => {
    const { invoke } = setup('counting');

    const both = await Promise.all([invoke(), invoke()]);

    expect(both.map(({ answer }) => answer)).toEqual([1, 1]);
  });

  it('is not reused after an invocation that exits', async () => {
    const { invoke } = setup('counting');

    const ended = await invoke({ leave: true });

    expect(ended.answer.errorMessage).toMatch(/exit status 4$/);
    expect(ended.lines).toEqual(['count 1']);
    expect((await invoke()).answer).toBe(1);
  });
});

describe('a closed account', () => {
  it.each([false, true])('completes no function; warm environment: %s', async (isWarm) => {
    const { lambda, invoke } = setup('counting');
    if (isWarm) await invoke();

    lambda.close();

    expect((await invoke()).answer.errorMessage).toMatch(/signal: SIGKILL$/);
  });
});

describe('the time of a function', () => {
  const at = Date.parse('2031-05-06T07:08:09.000Z');
  const timed = (name: string) => setup(name, {}, undefined, () => new Date(at)).invoke();

  it("starts at the account's time", async () => {
    const { answer } = await timed('dates');

    for (const time of [answer.now, answer.made]) {
      expect(time).toBeGreaterThanOrEqual(at);
      expect(time).toBeLessThan(at + 60_000);
    }
    expect(answer.called).toBeGreaterThanOrEqual(at);
  });

  it('leaves explicit dates unchanged', async () => {
    const { answer } = await timed('dates');

    expect(answer).toMatchObject({
      given: '2026-01-31T12:00:00.000Z',
      parsed: Date.parse('2026-01-31'),
      utc: Date.parse('2026-01-31'),
      isDate: true,
    });
  });

  it('does not change the remaining time', async () => {
    const { answer } = await timed('context');

    expect(answer.remaining).toBeGreaterThan(0);
    expect(answer.remaining).toBeLessThanOrEqual(60_000);
  });

  it('follows the account when its clock is advanced', async () => {
    const account = await createClockedAccount();
    account.createFunction('dates', () => undefined);
    const { Role } = account.lambda.functions.named('dates');
    account.lambda.functions.create({
      FunctionName: 'dates',
      Handler: 'index.dates',
      Runtime: 'nodejs24.x',
      ...{ directory, Role, Timeout: 60 },
    });
    account.lambda.override('dates', undefined);
    account.advance(90 * 86_400_000);
    const moved = account.now().getTime();

    const { result } = await account.lambda.invoke('dates', {}, 'operator');

    const { made } = JSON.parse(result.Payload);
    expect(made).toBeGreaterThanOrEqual(moved);
    expect(made).toBeLessThan(moved + 60_000);
  });
});

describe('a function that fails', () => {
  it('returns type, message and trace of the error', async () => {
    const { FunctionError, answer } = await setup('failing').invoke();

    expect(FunctionError).toBe('Unhandled');
    expect(answer).toMatchObject({ errorType: 'RangeError', errorMessage: 'too many' });
    expect(answer.trace[0]).toBe('RangeError: too many');
  });

  it('returns the type of a thrown value that is not an error', async () => {
    const { answer } = await setup('refusing').invoke();

    expect(answer).toEqual({ errorType: 'string', errorMessage: 'only a text', trace: [] });
  });

  it('is stopped after its timeout', async () => {
    const { FunctionError, answer, lines } = await setup('sleeping', { Timeout: 1 }).invoke();

    expect(FunctionError).toBe('Unhandled');
    expect(answer.errorMessage).toMatch(/Task timed out after 1\.00 seconds$/);
    expect(lines.at(-1)).toContain('Task timed out after 1.00 seconds');
  });

  it('reports that it exited without a result', async () => {
    const { answer } = await setup('leaving').invoke();

    expect(answer.errorMessage).toMatch(/Runtime exited with error: exit status 3$/);
  });

  it('reports that it has no such handler', async () => {
    const { answer } = await setup('missing').invoke();

    expect(answer.errorType).toBe('Runtime.HandlerNotFound');
  });
});

describe('a function that a service invokes', () => {
  const permission = { Action: 'lambda:InvokeFunction', Principal: 'config.amazonaws.com' };

  it.each([
    ['no permission', undefined, false],
    ['a permission for any account', {}, true],
    ['a permission for this account', { SourceAccount: '123456789012' }, true],
    ['a permission for another account', { SourceAccount: '210987654321' }, false],
    ['a permission for any rule', { SourceArn: ANY_RULE }, true],
    ['a permission for another rule', { SourceArn: `${FROM_CONFIG.SourceArn}2` }, false],
    ['a permission for another service', { Principal: 'events.amazonaws.com' }, false],
  ])('with %s is invoked: %s', async (_, statement, isAllowed) => {
    const { lambda, Arn } = setup('silent');
    if (statement !== undefined)
      lambda.functions.addPermission({ FunctionName: Arn, ...permission, ...statement });

    const invoked = lambda.invokeEvent(Arn, {}, FROM_CONFIG);

    if (isAllowed) await expect(invoked).resolves.toBeUndefined();
    else await expect(invoked).rejects.toMatchObject({ code: 'AccessDeniedException' });
    expect(lambda.invocations).toHaveLength(isAllowed ? 1 : 0);
  });

  it('gets a failed event two more times before the event becomes a dead letter', async () => {
    const { lambda, Arn } = setup('failing');
    lambda.functions.addPermission({ FunctionName: Arn, ...permission });

    await lambda.invokeEvent(Arn, { n: 1 }, FROM_CONFIG);

    expect(lambda.invocations).toHaveLength(3);
    expect(lambda.deadLetters).toMatchObject([{ functionName: 'failing', event: { n: 1 } }]);
  });

  it('has its dead letter sent to its queue, with the error of the last attempt', async () => {
    const sent: unknown[] = [];
    const { lambda, Arn, role } = setup('failing', {}, (...letter) => void sent.push(letter));
    const TargetArn = 'arn:aws:sqs:us-east-1:123456789012:dead';
    const configuration = { FunctionName: 'failing', Handler: 'index.failing', directory };
    lambda.functions.create({
      ...configuration,
      Runtime: 'nodejs24.x',
      Role: role.Arn,
      deadLetterTargetArn: TargetArn,
    });
    lambda.functions.addPermission({ FunctionName: Arn, ...permission });
    lambda.override('failing', () => {
      throw new Error('x'.repeat(1025));
    });

    await lambda.invokeEvent(Arn, { n: 1 }, FROM_CONFIG);

    const RequestID = { DataType: 'String', StringValue: lambda.invocations.at(-1)?.requestId };
    const ErrorCode = { DataType: 'Number', StringValue: '200' };
    const ErrorMessage = { DataType: 'String', StringValue: 'x'.repeat(1024) };
    const MessageAttributes = { RequestID, ErrorCode, ErrorMessage };
    expect(sent).toEqual([[TargetArn, { Body: '{"n":1}', MessageAttributes }]]);
  });

  it('does not get an event again after it has succeeded', async () => {
    const { lambda, Arn } = setup('failing');
    lambda.functions.addPermission({ FunctionName: Arn, ...permission });
    const answers = [new Error('once'), new Error('twice')];
    lambda.override('failing', () => {
      const failure = answers.shift();
      if (failure !== undefined) throw failure;
    });

    await lambda.invokeEvent(Arn, {}, FROM_CONFIG);

    expect(lambda.invocations).toHaveLength(3);
    expect(lambda.deadLetters).toEqual([]);
  });
});

describe('Invoke', () => {
  it('refuses an unknown function and a payload that is not JSON', async () => {
    const { Invoke } = setup('silent').lambda.operations;

    const codeOf = async (input: object) =>
      Promise.resolve()
        .then(() => Invoke(input, 'operator'))
        .catch(({ code }) => code);

    expect(await codeOf({ FunctionName: 'unknown' })).toBe('ResourceNotFoundException');
    expect(await codeOf({ FunctionName: 'silent', Payload: '{' })).toBe(
      'InvalidRequestContentException',
    );
  });

  it('returns the end of the log', async () => {
    const { Invoke } = setup('talkative').lambda.operations;

    const output = await Invoke({ FunctionName: 'talkative', Payload: '{}' }, 'operator');

    expect(output).toMatchObject({ StatusCode: 200, Payload: '"three"' });
    const { LogResult } = Object(output);
    expect(Buffer.from(LogResult, 'base64').toString()).toContain('two');
  });
});
