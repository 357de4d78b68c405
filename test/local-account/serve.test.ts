import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  ConfigServiceClient,
  GetComplianceDetailsByConfigRuleCommand,
} from '@aws-sdk/client-config-service';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { GetFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { afterEach, describe, expect, it } from 'vitest';

const serve = fileURLToPath(new URL('./serve.ts', import.meta.url));

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

const start = (...options: string[]) => {
  const started = spawn(process.execPath, ['--import', 'tsx', serve, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let said = '';
  started.stdout.on('data', (chunk) => {
    said += chunk;
  });
  started.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return { started, said: () => said };
};

/** The settings of a client, as lines of `export` have them. */
const exportedIn = (lines: string) => {
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
  it('serves accounts until interrupted, and prints how to use them', async () => {
    const { started, said } = start('--empty', '--speed', '1000', '--accounts', '2');
    await expect.poll(said, { timeout: 30_000 }).toContain('curl -X POST');
    const [settings, others] = said().split('# A local AWS account').slice(1).map(exportedIn);
    if (settings === undefined || others === undefined) throw new Error(said());
    const client = new IAMClient(settings);
    expect((await client.send(new ListUsersCommand())).Users).toEqual([]);

    // A second key shows by itself; another account has no such user.
    await client.send(new CreateUserCommand({ UserName: 'alice' }));
    expect((await new IAMClient(others).send(new ListUsersCommand())).Users).toEqual([]);
    for (let key = 0; key < 2; key += 1)
      await client.send(new CreateAccessKeyCommand({ UserName: 'alice' }));
    const config = new ConfigServiceClient(settings);
    const read = new GetComplianceDetailsByConfigRuleCommand({
      ConfigRuleName: 'iam-user-single-access-key',
    });
    await expect
      .poll(
        async () => (await config.send(read)).EvaluationResults?.map((one) => one.ComplianceType),
        { timeout: 20_000 },
      )
      .toEqual(['NON_COMPLIANT']);
    const hub = new SecurityHubClient(settings);
    const findings = async () =>
      (await hub.send(new GetFindingsCommand())).Findings?.map(({ Title }) => Title);
    await expect
      .poll(findings, { timeout: 20_000 })
      .toEqual(['IAM user alice has more access keys than allowed']);

    const [, url = ''] = /^curl -X POST '(\S+)'$/m.exec(said()) ?? [];
    expect(url).toBe(`${settings.endpoint}/clock?advance=30d`);
    const before = Date.now();
    const moved = await fetch(url.replace('30d', '90d'), { method: 'POST' });
    const { now } = Object(await moved.json());
    expect(Date.parse(now) - before).toBeGreaterThanOrEqual(90 * 86_400_000);

    started.kill('SIGINT');
    const [code] = await once(started, 'close');

    expect(code).toBe(0);
  });

  it('evaluates both rules at once', async () => {
    const { said } = start('--speed', '1000');
    await expect.poll(said, { timeout: 30_000 }).toContain('curl -X POST');
    const config = new ConfigServiceClient(exportedIn(said()));
    for (const ConfigRuleName of ['iam-user-single-access-key', 'iam-user-inactive-access-key']) {
      const read = new GetComplianceDetailsByConfigRuleCommand({ ConfigRuleName });
      expect((await config.send(read)).EvaluationResults?.length).toBeGreaterThan(0);
    }
  });

  it.each(['0', '1001'])('refuses the speed %s', async (speed) => {
    const { started, said } = start('--speed', speed);
    const [code] = await once(started, 'close');
    expect(code).toBe(1);
    expect(said()).toContain(`--speed must be a whole number from 1 to 1000, got "${speed}"`);
  });

  it.each(['0', '65536'])('refuses the port %s, and says how it is used', async (port) => {
    const { started, said } = start('--port', port);
    const [code] = await once(started, 'close');
    expect(code).toBe(1);
    expect(said()).toContain(`--port must be a whole number from 1 to 65535, got "${port}"`);
    expect(said()).toContain('npm run local --');
  });
});
