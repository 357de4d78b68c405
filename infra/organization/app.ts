import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { InvalidParameterError } from '../../rule/input/parameter.ts';
import { createTemplate } from '../template/template.ts';
import { deployToOrganization } from './deployment.ts';
import { readOrganizationSettings } from './settings.ts';

const app = new App();
const directory = mkdtempSync(path.join(tmpdir(), 'template-'));
try {
  const settings = readOrganizationSettings(app.node.getAllContext());
  const template = path.join(directory, 'iam-user-single-access-key.template.json');
  writeFileSync(template, JSON.stringify(createTemplate()));
  deployToOrganization(app, { template, settings });
} catch (error) {
  // The message says what is wrong with a setting; a stack trace would hide it.
  if (!(error instanceof InvalidParameterError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  // The assets are copies.
  rmSync(directory, { recursive: true });
}
