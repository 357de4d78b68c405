import * as v from 'valibot';
import type { LocalAccount } from '../account.ts';
import type { MadeResource } from './template.ts';

/** A resource about to be made; its properties are resolved. */
type ResourceRequest = {
  readonly account: LocalAccount;
  /** The name that it has where its properties give none. */
  readonly generatedName: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The directory of an asset, by its key in the bucket. */
  readonly assetDirectory: (objectKey: string) => string;
};

/** Makes a resource; throws when AWS would refuse it. */
export type Make = (request: ResourceRequest) => MadeResource;

const RoleProperties = v.strictObject({
  RoleName: v.optional(v.string()),
  Path: v.optional(v.string()),
  AssumeRolePolicyDocument: v.unknown(),
  Policies: v.optional(
    v.array(v.strictObject({ PolicyName: v.string(), PolicyDocument: v.unknown() })),
    [],
  ),
  Description: v.optional(v.string()),
  Tags: v.optional(v.unknown()),
});
const PolicyProperties = v.strictObject({
  PolicyName: v.string(),
  PolicyDocument: v.unknown(),
  Roles: v.array(v.string()),
});

/** AWS::IAM::Role */
export const makeRole: Make = ({ account, generatedName, properties }) => {
  const { Policies, ...given } = v.parse(RoleProperties, properties);
  const role = account.roles.create({ ...given, RoleName: given.RoleName ?? generatedName });
  for (const policy of Policies) account.roles.attach(role.RoleName, policy);
  return { Ref: role.RoleName, attributes: { Arn: role.Arn } };
};

/** AWS::IAM::Policy */
export const makePolicy: Make = ({ account, properties }) => {
  const { Roles, ...policy } = v.parse(PolicyProperties, properties);
  for (const RoleName of Roles) account.roles.attach(RoleName, policy);
  return { Ref: policy.PolicyName, attributes: {} };
};

/** AWS::Logs::LogGroup: what functions log is kept with their invocations. */
export const makeLogGroup: Make = ({ account, generatedName }) => ({
  Ref: generatedName,
  attributes: {
    Arn: `arn:aws:logs:${account.region}:${account.accountId}:log-group:${generatedName}:*`,
  },
});
