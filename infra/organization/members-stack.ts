import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { requireIamRegion } from '../key-events/iam-region.ts';
import { MemberStackSet, type MemberStackSetProps } from './member-stack-set.ts';
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
