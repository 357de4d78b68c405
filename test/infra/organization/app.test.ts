import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import cdk from '../../../cdk.json' with { type: 'json' };
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { GIVEN } from './synthesize.ts';

const tsx = `${REPOSITORY}node_modules/tsx/dist/cli.mjs`;

/** Runs the app as the CDK CLI does. */
const run = (context: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [tsx, `${REPOSITORY}infra/organization/app.ts`], {
    encoding: 'utf8',
    env: { ...process.env, ...env, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });

describe('infra/organization/app.ts', () => {
  it('writes the stacks to the output folder of the CDK CLI without warnings', () => {
    const outdir = mkdtempSync(path.join(tmpdir(), 'organization-'));
    try {
      const { status, stderr } = run(
        { ...cdk.context, ...GIVEN },
        { CDK_OUTDIR: outdir, CDK_VALIDATION: 'false' },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(readdirSync(outdir).filter((name) => name.endsWith('.template.json'))).toEqual([
        'IamUserSingleAccessKeyMembers-all.template.json',
        'IamUserSingleAccessKeyOrganization.template.json',
      ]);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  }, 180_000);

  it.each([
    [{ organizationalUnits: 'ou' }, /^organizationalUnits must be .*, got "ou"$/m],
    [{ maxActiveAccessKeys: 11 }, /^maxActiveAccessKeys must be .*, got 11$/m],
  ])('prints only what is wrong with %j', (context, message) => {
    const { status, stderr } = run(context);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });
});
