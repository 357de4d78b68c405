import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { remediatesIn } from '../../rule/aws/regions.ts';
import { InvalidParameterError } from '../../rule/input/parameter.ts';
import { WrongRegionError } from '../key-events/key-event-trigger.ts';
import { createTemplate, withoutRemediation } from '../template/template.ts';
import { deployToOrganization } from './deployment.ts';
import { readOrganizationSettings } from './settings.ts';

const app = new App();
const directory = mkdtempSync(path.join(tmpdir(), 'template-'));
try {
  const settings = readOrganizationSettings(app.node.getAllContext());
  const template = path.join(directory, 'iam-user-single-access-key.template.json');
  // The CDK CLI sets the Region to which it deploys.
  const { CDK_DEFAULT_REGION: region } = process.env;
  const created = createTemplate();
  const content = remediatesIn(region ?? '') ? created : withoutRemediation(created);
  writeFileSync(template, JSON.stringify(content));
  deployToOrganization(app, { template, settings, region });
} catch (error) {
  // The message says what is wrong with a setting or the Region; a stack trace would hide it.
  if (!(error instanceof InvalidParameterError || error instanceof WrongRegionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  // The assets are copies.
  rmSync(directory, { recursive: true });
}
