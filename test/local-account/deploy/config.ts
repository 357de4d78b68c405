import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import type { Make } from './resources.ts';

const WithSource = v.looseObject({ Source: v.looseObject({ SourceIdentifier: v.string() }) });
const WithTarget = v.looseObject({ TargetId: v.string() });

/** AWS::SSM::Document */
export const makeDocument: Make = ({ account, generatedName, properties }) => {
  const { Tags: _, ...given } = properties;
  const { Name } = account.ssm.documents.create({ Name: generatedName, ...given });
  return { Ref: Name, attributes: {} };
};

/**
 * AWS::Config::ConfigRule: AWS Config must be let into the function before the rule exists.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigRule.html
 */
export const makeConfigRule: Make = ({ account, generatedName, properties }) => {
  const { accountId, region } = account;
  const { SourceIdentifier } = v.parse(WithSource, properties).Source;
  const isInvocable = account.lambda.functions.isInvocableBy(SourceIdentifier, {
    Principal: 'config.amazonaws.com',
    SourceAccount: accountId,
    // Nobody knows the rule's own id before it exists: only a permission for any rule lets it in.
    SourceArn: `arn:aws:config:${region}:${accountId}:config-rule/config-rule-new`,
  });
  if (!isInvocable) {
    const message = `The AWS Lambda function ${SourceIdentifier} cannot be invoked: expected a permission for config.amazonaws.com of ${accountId}`;
    throw new ServiceError('InsufficientPermissionsException', message);
  }
  const rule = account.config.putConfigRule({ ConfigRuleName: generatedName, ...properties });
  return {
    Ref: rule.properties.ConfigRuleName,
    attributes: { Arn: rule.ConfigRuleArn, ConfigRuleId: rule.ConfigRuleId },
  };
};

/** AWS::Config::RemediationConfiguration: the rule and the document must exist. */
export const makeRemediationConfiguration: Make = ({ account, generatedName, properties }) => {
  const { TargetId } = v.parse(WithTarget, properties);
  if (account.ssm.documents.find(TargetId) === undefined) {
    const message = `The remediation's TargetId must be an SSM document of the account, got ${JSON.stringify(TargetId)}`;
    throw new ServiceError('InvalidParameterValueException', message);
  }
  account.config.putRemediationConfiguration(properties);
  return { Ref: generatedName, attributes: {} };
};
