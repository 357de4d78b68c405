import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { CfnStackSet } from 'aws-cdk-lib/aws-cloudformation';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { requireIamRegion } from '../key-events/key-event-trigger.ts';
import { TAG } from '../stack.ts';
import { parameterValuesOf } from '../template/parameters.ts';
import type { Wave } from './organizational-units.ts';
import type { OrganizationSettings } from './settings.ts';
import { needOfOrganization } from './stack.ts';

/** Stands in a command where a person puts the id of an account, which has other characters. */
const ACCOUNT_ID = 'ACCOUNT_ID';

/**
 * The accounts of one wave: a stack of its own, so that a new version is deployed to one wave after the other.
 *
 * @throws {WrongRegionError} outside the Region of IAM
 */
export class MembersStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { template, wave, settings, ...props }: StackProps & MemberStackSetProps,
  ) {
    super(scope, id, {
      description: `The accounts that iam-user-single-access-key is deployed to, wave ${wave.name}`,
      ...props,
    });
    requireIamRegion(this, needOfOrganization);
    const { templateUrl } = new MemberStackSet(this, 'Members', { template, wave, settings });

    const callAs = settings.delegatedAdministrator ? 'DELEGATED_ADMIN' : 'SELF';
    const stackSet = `--region ${this.region} --call-as ${callAs} --stack-set-name ${this.stackName}`;
    const add = (name: string, description: string, value: string) =>
      new CfnOutput(this, name, { description, value });
    add('TemplateUrl', 'The template that the accounts get', templateUrl);
    add(
      'ProblemsCommand',
      'The accounts that do not have this version, and why',
      `aws cloudformation list-stack-instances ${stackSet} --query "Summaries[?Status!='CURRENT'].[Account,StatusReason]" --output table`,
    );
    const units = wave.organizationalUnits.join(',');
    const ofAccount = `${stackSet} --regions ${this.region} --deployment-targets OrganizationalUnitIds=${units},Accounts=${ACCOUNT_ID},AccountFilterType=INTERSECTION`;
    add(
      'RetryCommand',
      'Gives accounts their stack once more; for one that had it before, update-stack-instances in the place of create-stack-instances',
      `aws cloudformation create-stack-instances ${ofAccount}`,
    );
    add(
      'RemoveCommand',
      'Takes the stack from accounts; users and keys stay as they are',
      `aws cloudformation delete-stack-instances ${ofAccount} --no-retain-stacks`,
    );
  }
}

/** Which accounts get what, and how many of them at a time. */
export type MemberStackSetProps = {
  /** Path of the template; at some 400 KB it has to come from S3, where 1 MB is the most. */
  readonly template: string;
  readonly wave: Wave;
  readonly settings: OrganizationSettings;
};

/**
 * How many accounts at a time, and when to stop. What fails is most often an account that lacks a recorder, and some of
 * a thousand do, or a version that fails everywhere, which a few accounts tell as well as a thousand.
 *
 * Soft, concurrency does not depend on the tolerance: 5 % of a thousand accounts take 20 rounds, where the 21 accounts
 * at a time of 2 % and Strict would take 48. Percentages are rounded down: a wave of less than 50 accounts stops at the
 * first failure.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts.html#stackset-ops-options
 */
const preferencesOf = ({
  maxConcurrentPercentage,
  failureTolerancePercentage,
}: OrganizationSettings): CfnStackSet.OperationPreferencesProperty => ({
  maxConcurrentPercentage,
  failureTolerancePercentage,
  concurrencyMode: 'SOFT_FAILURE_TOLERANCE',
});

/**
 * The stack of every account of a wave, in exactly one Region: in a second one Config would evaluate and bill the same
 * users again.
 *
 * An account that joins one of the units gets the stack, and one that leaves them loses it. Automatic deployment knows
 * neither excluded accounts nor these preferences.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
 */
export class MemberStackSet extends Construct {
  /** Where the template lies, for those who deploy it themselves. */
  readonly templateUrl: string;

  constructor(scope: Construct, id: string, { template, wave, settings }: MemberStackSetProps) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    const { excludedAccounts, dependsOnStackSets } = settings;
    this.templateUrl = new Asset(this, 'Template', { path: template }).httpUrl;

    const parameters = Object.entries(parameterValuesOf(settings));
    const stackSet = new CfnStackSet(this, 'StackSet', {
      stackSetName: stackName,
      description: `At most one active access key per IAM user, wave ${wave.name}`,
      permissionModel: 'SERVICE_MANAGED',
      callAs: settings.delegatedAdministrator ? 'DELEGATED_ADMIN' : 'SELF',
      autoDeployment: {
        enabled: true,
        retainStacksOnAccountRemoval: false,
        ...(dependsOnStackSets.length > 0 && { dependsOn: [...dependsOnStackSets] }),
      },
      managedExecution: { Active: true },
      operationPreferences: preferencesOf(settings),
      capabilities: ['CAPABILITY_IAM'],
      templateUrl: this.templateUrl,
      parameters: parameters.map(([parameterKey, parameterValue]) => ({
        parameterKey,
        parameterValue,
      })),
      stackInstancesGroup: [
        {
          regions: [region],
          deploymentTargets: {
            organizationalUnitIds: [...wave.organizationalUnits],
            ...(excludedAccounts.length > 0 && {
              accounts: [...excludedAccounts],
              accountFilterType: 'DIFFERENCE',
            }),
          },
        },
      ],
    });
    Tags.of(stackSet).add(TAG.key, TAG.value);
  }
}
