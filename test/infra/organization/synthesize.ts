import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { deployToOrganization } from '../../../infra/organization/deployment.ts';
import { readOrganizationSettings } from '../../../infra/organization/settings.ts';
import { CONTEXT, type Properties } from '../synthesize.ts';

export const OU = 'ou-ab12-cdef3456';

/** The setting that is required. */
export const GIVEN = { organizationalUnits: OU };

/** Any file, because the template of the accounts has its own tests. */
export const TEMPLATE = `${REPOSITORY}cdk.json`;

/** Synthesizes the stacks with cdk.json and these settings; by default, for any Region of IAM. */
export const synthesizeOrganization = (settings: Properties = {}, region?: string) => {
  const app = new App({ context: CONTEXT });
  const deployed = deployToOrganization(app, {
    template: TEMPLATE,
    region,
    settings: readOrganizationSettings({ ...GIVEN, ...settings }),
  });
  const templateOf = (stack: Stack) => Template.fromStack(stack);
  return {
    app,
    stacks: [deployed.organization, ...deployed.members],
    organization: templateOf(deployed.organization),
    members: deployed.members.map(templateOf),
  };
};
