import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../../infra/repository.ts';

const tsx = `${REPOSITORY}node_modules/tsx/dist/cli.mjs`;

/** The app as the CDK CLI runs it with these settings. */
const run = (context: Readonly<Record<string, unknown>>) =>
  spawnSync(process.execPath, [tsx, `${REPOSITORY}infra/organization/app.ts`], {
    encoding: 'utf8',
    env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });

describe('the app of an organization', () => {
  it.each([
    [{ organizationalUnits: 'ou' }, /^organizationalUnits must be .*, got "ou"$/m],
    [{ maxActiveAccessKeys: 11 }, /^maxActiveAccessKeys must be .*, got 11$/m],
  ])('says what is wrong with %j, and nothing else', (context, message) => {
    const { status, stderr } = run(context);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });
});
