import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../infra/cost/report.ts';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';

describe('npm run cost', () => {
  const tsx = [`${REPOSITORY}node_modules/tsx/dist/cli.mjs`, `${REPOSITORY}infra/cost/cost.ts`];

  it('prints it', () => {
    const printed = execFileSync(process.execPath, [...tsx, '--accounts', '3'], {
      encoding: 'utf8',
    });
    expect(printed.trimEnd()).toBe(reportOf(parseScenario({ accounts: 3 })));
  });

  it.each([
    [['--users', '5001'], 'users must be a whole number of users from 0 to 5000, got "5001"'],
    [['--user', '1'], "Unknown option '--user'"],
  ])('refuses %j, and says how it is used', (options, message) => {
    const { status, stderr } = spawnSync(process.execPath, [...tsx, ...options], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain('npm run cost -- [--accounts 1000]');
  });
});
