import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  ConfigServiceClient,
  GetComplianceDetailsByConfigRuleCommand,
} from '@aws-sdk/client-config-service';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { afterEach, describe, expect, it } from 'vitest';
import { readOptions } from './serve-options.ts';

const PATIENCE = { timeout: 100_000 };

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

const start = (...options: string[]) => {
  const serve = fileURLToPath(new URL('./serve.ts', import.meta.url));
  const started = spawn(process.execPath, ['--import', 'tsx', serve, ...options]);
  child = started;
  let printed = '';
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (chunk) => {
      printed += chunk;
    });
  return { started, printed: () => printed };
};

/** Reads the configuration of an SDK client from the printed `export` lines. */
const clientConfigIn = (lines: string) => {
  const exported = new Map(
    [...lines.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  return {
    endpoint: exported.get('AWS_ENDPOINT_URL') ?? '',
    region: exported.get('AWS_REGION') ?? '',
    credentials: {
      accessKeyId: exported.get('AWS_ACCESS_KEY_ID') ?? '',
      secretAccessKey: exported.get('AWS_SECRET_ACCESS_KEY') ?? '',
    },
  };
};

describe('npm run local', () => {
  it('serves an account until interrupted and prints how to use it', {
    timeout: 400_000,
  }, async () => {
    const { started, printed } = start('--speed', '1000');
    await expect.poll(printed, PATIENCE).toContain('curl -X POST');
    const clientConfig = clientConfigIn(printed());
    const config = new ConfigServiceClient(clientConfig);
    const violations = async (ConfigRuleName: string) => {
      const command = new GetComplianceDetailsByConfigRuleCommand({ ConfigRuleName, Limit: 100 });
      return (await config.send(command)).EvaluationResults?.filter(
        ({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT',
      ).length;
    };
    const seeded = await violations('iam-user-single-access-key');
    expect(seeded).toBeGreaterThan(0);
    expect(await violations('iam-user-inactive-access-key')).toBeGreaterThan(0);

    const iam = new IAMClient(clientConfig);
    await iam.send(new CreateUserCommand({ UserName: 'alice' }));
    for (let key = 0; key < 2; key += 1)
      await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }));
    await expect
      .poll(() => violations('iam-user-single-access-key'), PATIENCE)
      .toBe(Number(seeded) + 1);
    const hub = new SecurityHubClient(clientConfig);
    const titles = async () =>
      (await hub.send(new GetFindingsCommand())).Findings?.map(({ Title }) => Title);
    await expect
      .poll(titles, PATIENCE)
      .toContain('IAM user alice has more access keys than allowed');

    const [, url = ''] = /^curl -X POST '(\S+)'$/m.exec(printed()) ?? [];
    const advanced = await fetch(url.replace('30d', '90d'), { method: 'POST' });
    const { now } = Object(await advanced.json());
    expect(Date.parse(now)).toBeGreaterThan(Date.now() + 89 * 86_400_000);

    started.kill('SIGINT');
    expect(await once(started, 'close')).toEqual([0, null]);
  });

  it('prints its usage after a wrong option', async () => {
    const { started, printed } = start('--speed', '0');

    expect(await once(started, 'close')).toEqual([1, null]);
    expect(printed()).toContain('--speed must be a whole number from 1 to 1000, got "0"');
    expect(printed()).toContain('npm run local --');
  });
});

describe('readOptions', () => {
  it('has defaults', () => {
    expect(readOptions([])).toEqual({ empty: false, port: undefined, speed: 10 });
  });

  it.each([
    [['--speed', '1', '--port', '1'], { speed: 1, port: 1 }],
    [['--speed', '1000', '--port', '65535', '--empty'], { speed: 1000, port: 65_535, empty: true }],
  ])('accepts %j', (args, expected) => {
    expect(readOptions(args)).toMatchObject(expected);
  });

  it.each([
    ['--speed', '0'],
    ['--speed', '1001'],
    ['--speed', '1.5'],
    ['--port', '0'],
    ['--port', '65536'],
  ])('refuses %s %s', (name, value) => {
    expect(() => readOptions([name, value])).toThrow(`${name} must be a whole number from 1 to`);
  });
});
