import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { CONTEXT } from '../synthesize.ts';
import { GIVEN } from './synthesize.ts';

const tsx = `${REPOSITORY}node_modules/tsx/dist/cli.mjs`;

/** Runs the app as the CDK CLI does. */
const run = (context: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [tsx, `${REPOSITORY}infra/organization/app.ts`], {
    encoding: 'utf8',
    env: { ...process.env, ...env, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });

describe('infra/organization/app.ts', () => {
  /** Synthesizes for a Region, and returns the names of the stacks' templates and the text of the members' template. */
  const synthesizeIn = (CDK_DEFAULT_REGION: string) => {
    const outdir = mkdtempSync(path.join(tmpdir(), 'organization-'));
    try {
      const { status, stderr } = run(
        { ...CONTEXT, ...GIVEN },
        { CDK_OUTDIR: outdir, CDK_VALIDATION: 'false', CDK_DEFAULT_REGION },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const names = readdirSync(outdir);
      const members = names.filter((name) => /^asset\..*\.json$/.test(name));
      expect(members).toHaveLength(1);
      return {
        stacks: names.filter((name) => name.endsWith('.template.json')),
        members: readFileSync(path.join(outdir, members.join()), 'utf8'),
      };
    } finally {
      rmSync(outdir, { recursive: true });
    }
  };
  const TYPE = 'AWS::Config::RemediationConfiguration';

  it('creates the stacks in the directory of the CDK CLI, without warnings', () => {
    const { stacks, members } = synthesizeIn('us-east-1');
    expect(stacks).toEqual([
      'IamUserSingleAccessKeyMembers-all.template.json',
      'IamUserSingleAccessKeyOrganization.template.json',
    ]);
    expect(members).toContain(TYPE);
  }, 300_000);

  it('gives the accounts in GovCloud a template without remediation, but with the rest', () => {
    const { members } = synthesizeIn('us-gov-west-1');
    expect(members).not.toContain(TYPE);
    const ids = Object.keys(JSON.parse(members).Resources).join();
    for (const id of ['DeactivateAccessKeyDocument', 'PlannerFunction', 'AutomaticDeactivation'])
      expect(ids).toContain(id);
  }, 300_000);

  it.each([
    [{ organizationalUnits: 'ou' }, /^organizationalUnits must be .*, got "ou"$/m],
    [{ maxActiveAccessKeys: 11 }, /; maxActiveAccessKeys must be .*, got 11$/m],
  ])('prints only what is wrong with %j', (context, message) => {
    const { status, stderr } = run(context);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });
});
