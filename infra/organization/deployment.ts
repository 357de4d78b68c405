import type { Construct } from 'constructs';
import { MembersStack } from './members.ts';
import type { OrganizationSettings } from './settings.ts';
import { OrganizationStack } from './stack.ts';

/** What is deployed to an organization. */
export type OrganizationDeployment = {
  /** Path of the template that every account gets. */
  readonly template: string;
  readonly settings: OrganizationSettings;
};

/** Defines the stack that sees the organization, and one for the accounts of each wave, in the order of the waves. */
export const deployToOrganization = (
  scope: Construct,
  { template, settings }: OrganizationDeployment,
): { readonly organization: OrganizationStack; readonly members: readonly MembersStack[] } => {
  const organization = new OrganizationStack(scope, 'IamUserSingleAccessKeyOrganization', {
    settings,
  });
  const { sinkArn: monitoringSinkArn } = organization;
  const ofMembers = { ...settings, account: { ...settings.account, monitoringSinkArn } };
  const members = settings.organizationalUnits.map(
    (wave) =>
      new MembersStack(scope, `IamUserSingleAccessKeyMembers-${wave.name}`, {
        template,
        wave,
        settings: ofMembers,
      }),
  );
  return { organization, members };
};
