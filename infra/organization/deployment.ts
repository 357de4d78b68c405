import type { Construct } from 'constructs';
import { STACK_NAME } from '../stack.ts';
import { MembersStack } from './members.ts';
import type { OrganizationSettings } from './settings.ts';
import { OrganizationStack } from './stack.ts';

/** A deployment to an organization. */
type OrganizationDeployment = {
  /** Path of the template that every account gets. */
  readonly template: string;
  readonly settings: OrganizationSettings;
  /** The Region of the stacks; by default, any Region of IAM. */
  readonly region?: string | undefined;
};

/** Creates the stack of the administrator account, and a stack for each wave in the order of the waves. */
export const deployToOrganization = (
  scope: Construct,
  { template, settings, region }: OrganizationDeployment,
): { readonly organization: OrganizationStack; readonly members: readonly MembersStack[] } => {
  const env = { region };
  const organization = new OrganizationStack(scope, `${STACK_NAME}Organization`, { settings, env });
  const members = settings.organizationalUnits.map(
    (wave) =>
      new MembersStack(scope, `${STACK_NAME}Members-${wave.name}`, {
        env,
        template,
        wave,
        settings,
      }),
  );
  return { organization, members };
};
