import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  ConfigServiceClient,
  DescribeConfigRulesCommand,
  GetComplianceDetailsByConfigRuleCommand,
  StartRemediationExecutionCommand,
} from '@aws-sdk/client-config-service';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
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
    const { started, printed } = start('--speed', '1000', '-c', 'minimumIdleDays=3');
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

    const { ConfigRules = [] } = await config.send(new DescribeConfigRulesCommand({}));
    expect(ConfigRules.map(({ InputParameters }) => InputParameters)).toContainEqual(
      expect.stringContaining('"minimumIdleDays":"3"'),
    );

    started.kill('SIGINT');
    expect(await once(started, 'close')).toEqual([0, null]);
  });

  it('prints commands with ids of the account, which remediate a user and undo it', {
    timeout: 400_000,
  }, async () => {
    const { printed } = start('--speed', '1000');
    await expect.poll(printed, PATIENCE).toContain('curl -X POST');
    const clientConfig = clientConfigIn(printed());
    const [iam, config] = [new IAMClient(clientConfig), new ConfigServiceClient(clientConfig)];
    const [, resourceId] = /resourceId=(AIDA\w+)/.exec(printed()) ?? [];
    const [, UserName, AccessKeyId] =
      /--user-name (\S+) \\\n\s+--access-key-id (AKIA\w+)/.exec(printed()) ?? [];
    const status = async () => {
      const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName }));
      return AccessKeyMetadata?.find((key) => key.AccessKeyId === AccessKeyId)?.Status;
    };

    const ResourceKeys = [{ resourceType: 'AWS::IAM::User' as const, resourceId }];
    const ConfigRuleName = 'iam-user-single-access-key';
    await config.send(new StartRemediationExecutionCommand({ ConfigRuleName, ResourceKeys }));

    expect(await status()).toBe('Active');
    await expect.poll(status, PATIENCE).toBe('Inactive');
  });

  it('prints no line of more than 80 characters, except words that are longer', async () => {
    const { printed } = start('--empty');
    await expect.poll(printed, PATIENCE).toContain('curl -X POST');

    const long = printed()
      .split('\n')
      .filter((line) => line.length > 80);
    expect(long.filter((line) => !/^(#| {2}--parameters) \S+$/.test(line))).toEqual([]);
  });

  it.each([
    [['--speed', '0'], '--speed must be a whole number from 1 to 1000, got "0"'],
    [['-c', 'triggers'], 'a setting must be name=value'],
    [['-c', 'trigger=schedule'], 'unknown setting "trigger"'],
  ])('prints its usage after %j', async (options, message) => {
    const { started, printed } = start(...options);

    expect(await once(started, 'close')).toEqual([2, null]);
    expect(printed()).toContain(message);
    expect(printed()).toContain('npm run local --');
  });
});

describe('readOptions', () => {
  it('has defaults', () => {
    expect(readOptions([])).toEqual({
      ...{ empty: false, port: undefined, speed: 10, settings: {} },
    });
  });

  it.each([
    [['--speed', '1', '--port', '1'], { speed: 1, port: 1 }],
    [['-c', 'a=1', '--context', 'b=2'], { settings: { a: '1', b: '2' } }],
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
