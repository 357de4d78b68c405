import { afterEach, describe, expect, it } from 'vitest';
import type { LocalAccountOptions } from '../../../../infra/local/account-foundation.ts';
import { ServiceError } from '../../../../infra/local/call.ts';
import { keyId } from '../../../support/build.ts';
import { createRunbookAccount } from '../../../support/runbook-account.ts';

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
  it('calls the handler with the payload, and selects outputs from its answer', async () => {
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

  it('fails with the type and the message of an exception, and where it was raised', async () => {
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
      /output Out: expected Integer at \$\.Payload\.Out, got "text"/,
    ],
    ['a text for a MapList', 'MapList', /expected MapList/],
    ['a text for a StringList', 'StringList', /expected StringList/],
  ])('fails on %s', async (_, Type, expected) => {
    const { runScript } = await setup();

    const { message } = await runScript(["return {'Out': 'text'}"], {
      outputs: [{ Name: 'Out', Selector: '$.Payload.Out', Type }],
    });

    expect(message).toMatch(expected);
  });

  it('has the region and the role, and nothing else of the machine', async () => {
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
  ])('with a Payload of %i bytes is a %s', async (bytes, status) => {
    const { runScript } = await setup();

    expect((await runScript([`return 'x' * ${bytes - 2}`])).status).toBe(status);
  });

  it('is ended when its time is up', async () => {
    const { runScript } = await setup();

    const { status } = await runScript(['import time', 'time.sleep(60)'], { timeoutSeconds: 1 });

    expect(status).toBe('TimedOut');
  });

  it('says so where there is no python3', async () => {
    const { runScript } = await setup({ automation: { python: ['python3-of-nobody'] } });

    expect((await runScript(['return 1'])).message).toContain('none found on PATH');
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
  ['what `import boto3` finds on this machine', ['python3']],
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

  it('raises the ClientError of a refusal', async () => {
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

  it('tries a throttled call again', async () => {
    const { account, runScript } = await start();
    const error = new ServiceError('Throttling', 'Rate exceeded');
    account.faults.fail({ service: 'iam', operation: 'ListAccessKeys', error });

    const { status } = await runScript(...read('alice', ['return len(list(pages))']));

    expect(status).toBe('Success');
    expect(account.calls).toHaveLength(4);
  });
});
