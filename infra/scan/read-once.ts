import type { Iam, IamUser } from '../../rule/aws/iam.ts';

/** Returns a function that makes each call once, by its first argument. */
const once = <Value>(read: (argument: string) => Promise<Value>) => {
  const made = new Map<string, Promise<Value>>();
  return {
    read: (argument: string): Promise<Value> => {
      const existing = made.get(argument) ?? read(argument);
      made.set(argument, existing);
      return existing;
    },
    forget: () => made.clear(),
  };
};

/**
 * Returns the IAM calls for one user, each of which is made once. So both rules, both plans and the table have the same keys.
 *
 * If the last use of a key cannot be read, the keys are read again when they are next needed: the key may be gone.
 */
export const readOnce = (iam: Iam, user: IamUser): Iam => {
  const { UserName } = user;
  const keys = once((name) => iam.listAccessKeys(name));
  const tags = once((key) => iam.getTag(UserName, key));
  const policies = once((name) => iam.getQuarantinePolicy(name));
  const uses = new Map<string, ReturnType<Iam['withLastUse']>>();
  return {
    ...iam,
    getUser: async () => user,
    listAccessKeys: keys.read,
    getTag: (_, key) => tags.read(key),
    getQuarantinePolicy: policies.read,
    withLastUse: (key) => {
      const use = uses.get(key.AccessKeyId) ?? iam.withLastUse(key);
      uses.set(key.AccessKeyId, use);
      return use.catch((error: unknown) => {
        keys.forget();
        throw error;
      });
    },
  };
};
