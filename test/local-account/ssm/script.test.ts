import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { keyId } from '../../support/build.ts';
import { createRunbookAccount } from '../../support/runbook-account.ts';
import type { LocalAccountOptions } from '../account.ts';
import { ServiceError } from '../dispatch.ts';

let close = async () => {};
afterEach(() => close());

const setup = async (options: LocalAccountOptions = {}) => {
  const { account, run } = await createRunbookAccount(options);
  close = account.close;
  account.iam.seedUser({
    UserName: 'alice',
    keys: ['A', 'B', 'C'].map((name) => ({ AccessKeyId: keyId(name) })),
  });
  const runScript = async (lines: readonly string[], more: Record<string, unknown> = {}) => {
    const { InputPayload = {}, ...step } = more;
    const Script = ['def handler(events, context):', ...lines.map((line) => `    ${line}`)].join(
      '\n',
    );
    const inputs = { Runtime: 'python3.11', Handler: 'handler', Script, InputPayload };
    const { steps } = await run([{ name: 'Script', action: 'aws:executeScript', inputs, ...step }]);
    const shown = steps['Script'];
    return { status: shown?.StepStatus, outputs: shown?.Outputs, message: shown?.FailureMessage };
  };
  return { account, runScript };
};

describe('aws:executeScript', () => {
  it('calls the handler with the payload and selects outputs from its result', async () => {
    const { runScript } = await setup();

    const { outputs } = await runScript(
      ["print('a log line')", "return {'Twice': events['n'] * 2, 'Context': context}"],
      {
        InputPayload: { n: 21 },
        outputs: [{ Name: 'Twice', Selector: '$.Payload.Twice', Type: 'Integer' }],
      },
    );

    expect(outputs).toEqual({ Payload: ['{"Twice":42,"Context":{}}'], Twice: ['42'] });
  });

  it('fails with the type, the message and the line of an exception', async () => {
    const { runScript } = await setup();

    const { status, message } = await runScript(["raise ValueError('no such plan')"]);

    expect(status).toBe('Failed');
    expect(message).toContain('File "script", line 2, in handler');
    expect(message).toContain('ValueError - no such plan');
  });

  it.each([
    [
      'a text for an Integer',
      'Integer',
      /output Out: expected Integer at \$\.Payload\.Out, got "te/,
    ],
    ['a text for a MapList', 'MapList', /expected MapList/],
    ['a text for a StringList', 'StringList', /expected StringList/],
  ])('fails when an output has %s', async (_, Type, expected) => {
    const { runScript } = await setup();

    const { message } = await runScript(["return {'Out': 'text'}"], {
      outputs: [{ Name: 'Out', Selector: '$.Payload.Out', Type }],
    });

    expect(message).toMatch(expected);
  });

  it('gets the Region and the role, and nothing else from the environment', async () => {
    process.env['SECRET_OF_THE_MACHINE'] = 'x';
    const { runScript } = await setup();

    const { outputs } = await runScript([
      'import os',
      "return sorted(n for n in os.environ if n.startswith(('AWS_', 'SECRET')))",
    ]);

    expect(outputs?.['Payload']).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_CONFIG_FILE',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_SHARED_CREDENTIALS_FILE',
    ]);
  });

  it.each([
    [102_400, 'Success'],
    [102_401, 'Failed'],
  ])('with a Payload of %i bytes ends with the status %s', async (bytes, status) => {
    const { runScript } = await setup();

    expect((await runScript([`return 'x' * ${bytes - 2}`])).status).toBe(status);
  });

  it('fails with its stderr when it ends without an answer', async () => {
    const { runScript } = await setup();

    const { status, message } = await runScript([
      'import os',
      "print('to nobody', flush=True)",
      "os.write(2, b'a last word')",
      'os._exit(0)',
    ]);

    expect(status).toBe('Failed');
    expect(message).toContain('the script ended without an answer: a last word');
  });

  it('does not affect the next script, although one Python forks both', async () => {
    const { runScript } = await setup();
    const lines = [
      'import json, os, time',
      "seen = hasattr(json, 'left') or 'LEFT' in os.environ",
      "json.left = os.environ['LEFT'] = 'x'",
      "return {'Seen': seen, 'Process': os.getpid(), 'Parent': os.getppid()}",
    ];
    const answer = async () => JSON.parse((await runScript(lines)).outputs?.['Payload']?.[0] ?? '');

    const [one, next] = [await answer(), await answer()];

    expect([one.Seen, next.Seen]).toEqual([false, false]);
    expect(next.Process).not.toBe(one.Process);
    expect(next.Parent).toBe(one.Parent);
  });

  it('fails where Python is missing', async () => {
    const { runScript } = await setup({ automation: { python: ['python3-that-is-missing'] } });

    expect((await runScript(['return 1'])).message).toContain('but it is not on PATH');
  });
});

describe('the process of a script', () => {
  /** Creates a script that hangs, and a server that notices the end of its process by the connection. */
  const hang = async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const lines = [
      'import re, socket',
      `connection = socket.create_connection(('127.0.0.1', ${port}))`,
      // Only SIGKILL interrupts it.
      "re.match('(a*)*b', 'a' * 40)",
    ];
    const begun = async () => {
      const [connection] = await once(server, 'connection');
      const ended = once(connection.resume(), 'close').finally(() => server.close());
      return { ended: async () => void (await ended), finish: () => connection.end('x') };
    };
    return { lines, begun: begun() };
  };

  it('is killed when its step times out, and no other process is', async () => {
    const timeout = new AbortController();
    const signals = [timeout.signal];
    const timeLimit = () => signals.shift() ?? new AbortController().signal;
    const { runScript } = await setup({ automation: { timeLimit } });
    const [one, other] = [await hang(), await hang()];
    const hanging = runScript(one.lines, { timeoutSeconds: 7 });
    const { ended } = await one.begun;
    const answering = runScript([...other.lines.slice(0, 2), 'connection.recv(1)', 'return 1']);
    const { finish } = await other.begun;

    timeout.abort();

    const { status, message } = await hanging;
    expect(status).toBe('TimedOut');
    expect(message).toContain('Step timed out after 7 seconds');
    await ended();
    finish();
    expect((await answering).status).toBe('Success');
  });

  it('is killed with its account', async () => {
    const { account, runScript } = await setup();
    const { lines, begun } = await hang();

    const hanging = runScript(lines);
    const { ended } = await begun;
    await account.close();
    close = async () => {};

    await ended();
    expect((await hanging).status).toBe('Failed');
  });

  /** Runs a script from a new Node process. */
  const runInNode = (lines: readonly string[]) => {
    const script = ['def handler(events, context):', ...lines.map((line) => `    ${line}`)];
    const request = { script: script.join('\n'), handler: 'handler', events: {}, speed: 1 };
    const { href } = new URL('script.ts', import.meta.url);
    const code = `
      const { runScript } = await import('${href}');
      const request = ${JSON.stringify({ ...request, environment: {} })};
      console.log(await runScript(request, ['python3', '-S'], new AbortController().signal));`;
    return spawn(process.execPath, [...['--import', 'tsx', '--input-type=module', '--eval', code]]);
  };

  it('is killed when the process of the account is killed', async () => {
    const { lines, begun } = await hang();
    const node = runInNode(lines);

    const { ended } = await begun;
    node.kill('SIGKILL');

    await ended();
  });

  it('does not keep the process of the account running', async () => {
    const node = runInNode(['return 1']);

    const [printed, [exitCode]] = await Promise.all([text(node.stdout), once(node, 'exit')]);

    expect(printed).toBe('{"Payload": 1}\n');
    expect(exitCode).toBe(0);
  });

  it('fails with the stderr of a Python that does not start', async () => {
    const python = ['python3', '-c', "import sys; sys.exit('a broken installation')"];
    const { runScript } = await setup({ automation: { python } });

    expect((await runScript(['return 1'])).message).toContain(
      'python3 ended before it could run a script: a broken installation',
    );
  });
});

const READ_ALL = [
  'import boto3',
  'from botocore.config import Config',
  'from botocore.exceptions import BotoCoreError, ClientError',
  "iam = boto3.client('iam', config=Config(retries={'mode': 'standard', 'max_attempts': 3}))",
  "pages = iam.get_paginator('list_access_keys').paginate(UserName=events['UserName'])",
];

describe.each([
  ['the boto3 of this machine', ['python3']],
  ['the stand-in for boto3', ['python3', '-I', '-S']],
])('%s', (_, python) => {
  const start = () => setup({ automation: { python }, pageSize: 1 });
  const read = (UserName: string, lines: string[]) =>
    [[...READ_ALL, ...lines], { InputPayload: { UserName } }] as const;

  it('reads every page of keys as the automation role', async () => {
    const { account, runScript } = await start();

    const { outputs, message } = await runScript(
      ...read('alice', [
        "return sorted(f\"{k['AccessKeyId']} {k['CreateDate'].year}\" for p in pages for k in p['AccessKeyMetadata'])",
      ]),
    );

    expect(message).toBeUndefined();
    expect(outputs?.['Payload']).toEqual(['A', 'B', 'C'].map((name) => `${keyId(name)} 2026`));
    expect(account.calls.map(({ principal }) => principal)).toEqual(Array(3).fill('automation'));
  });

  it('writes the status of a key', async () => {
    const { account, runScript } = await start();

    await runScript(
      ...read('alice', [
        `iam.update_access_key(UserName='alice', AccessKeyId='${keyId('A')}', Status='Inactive')`,
      ]),
    );

    expect(account.iam.users.get('alice')?.keys[0]?.Status).toBe('Inactive');
  });

  it('raises a ClientError for a refused call', async () => {
    const { runScript } = await start();

    const { outputs } = await runScript(
      ...read('nobody', [
        'try:',
        '    return list(pages)',
        'except ClientError as error:',
        "    return [error.response['Error']['Code'], str(error)]",
      ]),
    );

    const [code, text] = outputs?.['Payload'] ?? [];
    expect(code).toBe('NoSuchEntity');
    expect(text).toMatch(
      /An error occurred \(NoSuchEntity\) when calling the ListAccessKeys operation/,
    );
  });

  it('retries a throttled call', async () => {
    const { account, runScript } = await start();
    const error = new ServiceError('Throttling', 'Rate exceeded');
    account.faults.fail({ service: 'iam', operation: 'ListAccessKeys', error });

    const { status } = await runScript(...read('alice', ['return len(list(pages))']));

    expect(status).toBe('Success');
    expect(account.calls).toHaveLength(4);
  });
});
