import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { ServiceError } from './dispatch.ts';

const OneOrMore = v.union([
  v.pipe(
    v.string(),
    v.transform((one) => [one]),
  ),
  v.array(v.string()),
]);
const TrustPolicy = v.object({
  Statement: v.array(
    v.object({
      Effect: v.picklist(['Allow', 'Deny']),
      Action: OneOrMore,
      Principal: v.object({ Service: v.optional(OneOrMore, []) }),
    }),
  ),
});

/** A deployed role: its documents as they were deployed, and the credentials of whoever assumed it. */
export type LocalRole = {
  readonly RoleName: string;
  readonly Arn: string;
  readonly AssumeRolePolicyDocument: unknown;
  readonly policies: { readonly PolicyName: string; readonly PolicyDocument: unknown }[];
  readonly environment: Readonly<
    Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_SESSION_TOKEN', string>
  >;
};

/** The access key of the operator of an account that has an endpoint of its own. */
const OPERATOR_KEY_ID = 'AKIALOCALOPERATOR000';

const credentialsOf = (Arn: string) => {
  const digest = createHash('sha256').update(Arn).digest('hex').toUpperCase();
  return {
    AWS_ACCESS_KEY_ID: `ASIA${digest.slice(0, 16)}`,
    AWS_SECRET_ACCESS_KEY: digest.slice(16, 56),
    AWS_SESSION_TOKEN: digest,
  };
};

const trusts = ({ AssumeRolePolicyDocument }: LocalRole, service: string) =>
  v
    .parse(TrustPolicy, AssumeRolePolicyDocument)
    .Statement.some(
      ({ Effect, Action, Principal }) =>
        Effect === 'Allow' &&
        Action.includes('sts:AssumeRole') &&
        Principal.Service.includes(service),
    );

const noSuchRole = (RoleName: string) =>
  new ServiceError('NoSuchEntity', `The role with name ${RoleName} cannot be found.`, 404);

/** The account of the roles, and with which access key its operator calls. */
type RolesDeps = { readonly accountId: string; readonly operatorKeyId?: string | undefined };

/** The roles of one account; every role has an access key id of its own, so that its calls are told apart. */
export const createRoles = ({ accountId, operatorKeyId = OPERATOR_KEY_ID }: RolesDeps) => {
  const byName = new Map<string, LocalRole>();

  return {
    byName: byName as ReadonlyMap<string, LocalRole>,
    operatorKeyId,
    create: (role: { RoleName: string; Path?: string; AssumeRolePolicyDocument: unknown }) => {
      const Arn = `arn:aws:iam::${accountId}:role${role.Path ?? '/'}${role.RoleName}`;
      const { RoleName, AssumeRolePolicyDocument } = role;
      const environment = credentialsOf(Arn);
      const created = { RoleName, Arn, AssumeRolePolicyDocument, policies: [], environment };
      byName.set(RoleName, created);
      return created;
    },
    attach: (RoleName: string, policy: LocalRole['policies'][number]) => {
      const role = byName.get(RoleName);
      if (role === undefined) throw noSuchRole(RoleName);
      role.policies.push(policy);
    },
    /** The role's name for a role's credentials, `operator` for the operator's; `undefined` for others. */
    principalOf: (accessKeyId: string): string | undefined => {
      for (const { RoleName, environment } of byName.values())
        if (environment.AWS_ACCESS_KEY_ID === accessKeyId) return RoleName;
      return accessKeyId === operatorKeyId ? 'operator' : undefined;
    },
    /**
     * The role that a service assumes.
     *
     * @throws {ServiceError} InvalidParameterValueException when there is none of this ARN, or it does not trust the service
     */
    assumedBy: (service: string, Arn: string): LocalRole => {
      const role = [...byName.values()].find((candidate) => candidate.Arn === Arn);
      if (role !== undefined && trusts(role, service)) return role;
      const got = role === undefined ? 'no such role' : 'a role that does not trust it';
      const message = `expected a role that ${service} can assume, got ${got}: ${JSON.stringify(Arn)}`;
      throw new ServiceError('InvalidParameterValueException', message);
    },
  };
};

export type Roles = ReturnType<typeof createRoles>;
