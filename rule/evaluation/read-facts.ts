import type { Iam } from '../aws/iam.ts';
import type { AccessKey } from '../keys/access-key.ts';
import type { Needs, UserFacts } from './facts.ts';

/** Facts beside which more is needed. */
type Incomplete = { readonly facts: UserFacts; readonly needs: Needs };

const withTag = async (
  iam: Iam,
  UserName: string,
  { facts, needs }: Incomplete,
): Promise<UserFacts | undefined> => {
  const tag = needs.tag(facts);
  if (tag === undefined || 'exemption' in facts) return facts;
  const tagged = await iam.getTag(UserName, tag);
  return tagged && { ...facts, exemption: tagged.value };
};

/**
 * What is known of a user, and what else is needed of it; nothing when there is no user of that name any more.
 *
 * A key that cannot be asked for because it was deleted meanwhile is no failure: the keys are read again.
 */
export const completeFacts = async (
  iam: Iam,
  UserName: string,
  { facts: known, needs }: Incomplete,
): Promise<UserFacts | undefined> => {
  const facts = await withTag(iam, UserName, { facts: known, needs });
  if (facts === undefined) return undefined;
  const wanted = new Set(needs.lastUse(facts));
  const { keys } = facts;
  try {
    const used = keys.map((key) => (wanted.has(key) ? iam.withLastUse(key) : key));
    return { ...facts, keys: await Promise.all(used) };
  } catch (error) {
    const now = await iam.listAccessKeys(UserName);
    const isListed = (key: AccessKey) => now?.some((one) => one.AccessKeyId === key.AccessKeyId);
    if (keys.every(isListed)) throw error;
    // Comes to an end: each round has lost a key.
    return now && completeFacts(iam, UserName, { facts: { keys: now }, needs });
  }
};

/** The keys of the user of that name, and what else is needed of it; nothing when there is no such user. */
export const readFacts = async (
  iam: Iam,
  UserName: string,
  needs: Needs,
): Promise<UserFacts | undefined> => {
  const keys = await iam.listAccessKeys(UserName);
  return keys && completeFacts(iam, UserName, { facts: { keys }, needs });
};
