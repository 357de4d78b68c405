import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { operationWith, ServiceError } from '../dispatch.ts';
import { OneOrMore } from '../request.ts';

const TrustPolicy = v.object({
  Statement: v.array(
    v.object({
      Effect: v.picklist(['Allow', 'Deny']),
      Action: OneOrMore,
      Principal: v.object({ Service: v.optional(OneOrMore, []) }),
    }),
  ),
});

/** A deployed role, its policy documents, and the credentials of its session. */
export type LocalRole = {
  readonly RoleName: string;
  readonly Arn: string;
  readonly AssumeRolePolicyDocument: unknown;
  readonly policies: { readonly PolicyName: string; readonly PolicyDocument: unknown }[];
  readonly environment: Readonly<
    Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_SESSION_TOKEN', string>
  >;
};

/** The access key id of the operator. */
const operatorKeyId = 'AKIALOCALOPERATOR000';

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

/** Creates the roles of one account. Each role has its own access key id, which identifies its calls. */
export const createRoles = ({ accountId }: { readonly accountId: string }) => {
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
    /** Returns the name of the role that signs with this access key id, or `operator` for any other key. */
    principalOf: (accessKeyId: string): string => {
      for (const { RoleName, environment } of byName.values())
        if (environment.AWS_ACCESS_KEY_ID === accessKeyId) return RoleName;
      return 'operator';
    },
    /**
     * Returns the role that a service assumes.
     *
     * @throws {ServiceError} InvalidParameterValueException when the role does not exist or does not trust the service
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

/**
 * Creates STS of one account, with GetCallerIdentity only.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const createSts = ({ accountId, roles }: { accountId: string; roles: Roles }) => ({
  operations: {
    GetCallerIdentity: operationWith('ValidationError')(v.strictObject({}), (_input, principal) =>
      roles.byName.has(principal)
        ? {
            UserId: 'AROALOCALROLE0000000:session',
            Account: accountId,
            Arn: `arn:aws:sts::${accountId}:assumed-role/${principal}/session`,
          }
        : {
            UserId: roles.operatorKeyId.replace(/^AKIA/, 'AIDA'),
            Account: accountId,
            Arn: `arn:aws:iam::${accountId}:user/${principal}`,
          },
    ),
  },
});
