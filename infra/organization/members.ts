import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnStackSet } from 'aws-cdk-lib/aws-cloudformation';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { requireIamRegion } from '../key-events/key-event-trigger.ts';
import { warnWithoutRemediation } from '../runbooks/remediation.ts';
import { tagResources } from '../stack.ts';
import { parameterValuesOf } from '../template/parameters.ts';
import type { Wave } from './organizational-units.ts';
import type { OrganizationSettings } from './settings.ts';
import { organizationRequirement } from './stack.ts';

/** The placeholder for an account id in a command. */
const ACCOUNT_ID = 'ACCOUNT_ID';

/**
 * The stack of one wave of accounts, so that a new version is deployed wave by wave.
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
      description: `iam-user-single-access-key in the accounts of wave ${wave.name}`,
      ...props,
    });
    requireIamRegion(this, organizationRequirement);
    warnWithoutRemediation(this);
    const { templateUrl } = new MemberStackSet(this, 'Members', { template, wave, settings });

    const callAs = settings.delegatedAdministrator ? 'DELEGATED_ADMIN' : 'SELF';
    const stackSet = `--region ${this.region} --call-as ${callAs} --stack-set-name ${this.stackName}`;
    const add = (name: string, description: string, value: string) =>
      new CfnOutput(this, name, { description, value });
    add('TemplateUrl', 'The template that is deployed to the accounts', templateUrl);
    add(
      'ProblemsCommand',
      'Lists the accounts without this version, and the reasons',
      `aws cloudformation list-stack-instances ${stackSet} --query "Summaries[?Status!='CURRENT'].[Account,StatusReason]" --output table`,
    );
    const units = wave.organizationalUnits.join(',');
    const inAccount = `${stackSet} --regions ${this.region} --deployment-targets OrganizationalUnitIds=${units},Accounts=${ACCOUNT_ID},AccountFilterType=INTERSECTION`;
    add(
      'RetryCommand',
      'Deploys the stack to an account again; use update-stack-instances if the account already has it',
      `aws cloudformation create-stack-instances ${inAccount}`,
    );
    add(
      'RemoveCommand',
      'Deletes the stack from an account; users and keys do not change',
      `aws cloudformation delete-stack-instances ${inAccount} --no-retain-stacks`,
    );
  }
}

type MemberStackSetProps = {
  /** The path of the template. At about 400 KB it must be read from S3, with a limit of 1 MB. */
  readonly template: string;
  readonly wave: Wave;
  readonly settings: OrganizationSettings;
};

/**
 * Limits concurrent accounts and failures. Usually an account fails because it lacks a recorder.
 *
 * With soft tolerance the concurrency does not depend on the failure tolerance: 5 % of 1,000 accounts take 20 rounds. With
 * strict tolerance, 2 % would allow 21 accounts at a time and take 48 rounds. Percentages are rounded down: a wave of less
 * than 50 accounts stops at the first failure.
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
 * A CloudFormation StackSet that deploys the template to the accounts of a wave, in one Region. In a second Region, AWS
 * Config would evaluate and bill the same users again.
 *
 * An account that joins an organizational unit gets the stack, and an account that leaves loses it. This automatic
 * deployment ignores excluded accounts and operation preferences.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
 */
class MemberStackSet extends Construct {
  /** The URL of the template. */
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
    tagResources(stackSet);
  }
}
