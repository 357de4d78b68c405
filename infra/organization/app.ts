import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { InvalidParameterError } from '../../rule/input/parameter.ts';
import { InvalidSettingError } from '../settings/settings.ts';
import { createTemplate } from '../template/template.ts';
import { deployToOrganization } from './deployment.ts';
import { parseOrganizationSettings } from './settings.ts';

const app = new App();
const directory = mkdtempSync(path.join(tmpdir(), 'template-'));
try {
  const settings = parseOrganizationSettings(app.node.getAllContext());
  const template = path.join(directory, 'iam-user-single-access-key.template.json');
  writeFileSync(template, JSON.stringify(createTemplate()));
  deployToOrganization(app, { template, settings });
} catch (error) {
  // A wrong setting is the caller's: the message says all, and a stack would hide it.
  if (!(error instanceof InvalidSettingError || error instanceof InvalidParameterError))
    throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  // The assets have copies of it by now.
  rmSync(directory, { recursive: true });
}
