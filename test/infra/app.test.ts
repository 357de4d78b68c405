import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../infra/functions/bundle.ts';

describe('infra/app.ts', () => {
  it.each([
    [{ triggers: 'never' }, /^triggers must be .*, got "never"\n$/],
    [{ maxActiveAccessKeys: 11 }, /^maxActiveAccessKeys must be .*, got 11\n$/],
    [{ frequency: 'One_Hour' }, /^frequency is now called maximumExecutionFrequency\n$/],
    [{}, /^\S+\/KeyEvents: key events need the Region of IAM, .*; got eu-north-1\n$/],
  ])('prints only what is wrong with %j in another Region than that of IAM', (context, message) => {
    const tsx = `${REPOSITORY}node_modules/tsx/dist/cli.mjs`;
    const CDK_CONTEXT_JSON = JSON.stringify(context);
    const env = { ...process.env, CDK_CONTEXT_JSON, CDK_DEFAULT_REGION: 'eu-north-1' };
    const { status, stderr } = spawnSync(process.execPath, [tsx, `${REPOSITORY}infra/app.ts`], {
      encoding: 'utf8',
      env,
    });
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });
});
