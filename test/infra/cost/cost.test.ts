import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../infra/cost/report.ts';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';

const cost = (...options: string[]) => {
  const tsx = `${REPOSITORY}node_modules/tsx/dist/cli.mjs`;
  const command = [tsx, `${REPOSITORY}infra/cost/cost.ts`, ...options];
  return spawnSync(process.execPath, command, { encoding: 'utf8' });
};

describe('npm run cost', () => {
  it('prints the report', () => {
    const { stdout } = cost('--accounts', '3', '--maximumExecutionFrequency', 'One_Hour');

    const scenario = parseScenario({ accounts: 3, maximumExecutionFrequency: 'One_Hour' });
    const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
    expect(words(stdout)).toEqual(words(reportOf(scenario)));
  });

  it('prints lines of at most 80 characters', () => {
    for (const line of cost().stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    [['--users', '5001'], 'users must be a whole number of users from 0 to 5000, got "5001"'],
    [['--user', '1'], "Unknown option '--user'"],
  ])('refuses %j and prints the expected options', (options, message) => {
    const { status, stderr } = cost(...options);

    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('--accounts 1000 --users 50 --violations 10');
  });
});
