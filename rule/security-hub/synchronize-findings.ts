import pMap from 'p-map';
import type { Config, RecordedResult } from '../aws/config.ts';
import type { Iam, UserDetails } from '../aws/iam.ts';
import { keysMissing } from '../evaluation/read-user.ts';
import { findingId, type UserWithKeys, userIdOf } from './asff.ts';
import {
  decideFindings,
  type FormerRule,
  formerRules,
  isViolation,
  type RuleResults,
  type Users,
} from './decide-findings.ts';
import type { ComplianceChange } from './event.ts';
import type { SecurityHub, StoredFindings } from './security-hub.ts';
import type { FindingRule, FindingSettings } from './settings.ts';

/** What could not be read or told, and of whom: of nobody in particular where no user is named. */
export type Failure = { readonly userIds: readonly string[]; readonly cause: unknown };

/** Items read at the same time. */
const CONCURRENCY = 10;

/** What was read of items, and of which it failed. */
export type EachRead<Value> = {
  readonly read: readonly Value[];
  readonly failures: readonly Failure[];
};

/**
 * Reads something of each item; one that cannot be read does not keep the others from it.
 *
 * @param userIdsOf  the users of whom nothing is known where the item cannot be read
 */
export const readEach = async <Item, Value>(
  items: Iterable<Item>,
  read: (item: Item) => Promise<Value>,
  userIdsOf: (item: Item) => readonly string[] = () => [],
): Promise<EachRead<Value>> => {
  const failures: Failure[] = [];
  const attempt = async (item: Item): Promise<Value[]> => {
    try {
      return [await read(item)];
    } catch (cause) {
      failures.push({ userIds: userIdsOf(item), cause });
      return [];
    }
  };
  const all = await pMap(items, attempt, { concurrency: CONCURRENCY });
  return { read: all.flat(), failures };
};

/** Listings without a user after which it is deleted: one that is renamed meanwhile can slip between two pages. */
const LISTINGS = 2;

/** From what users are read. */
export type UserSources = {
  readonly iam: Pick<Iam, 'listUsers' | 'listAccessKeys'>;
};

const findUsers = async (ids: ReadonlySet<string>, { iam }: UserSources) => {
  const found = new Map<string, UserDetails>();
  for (let listing = 0; listing < LISTINGS && found.size < ids.size; listing += 1)
    for await (const user of iam.listUsers())
      if (ids.has(user.UserId)) found.set(user.UserId, user);
  return found;
};

/**
 * Reads users by id, with their keys; those that IAM does not list are in neither answer.
 *
 * @returns what is known, and the failures of single users, which do not keep the others from being read
 * @throws when the users cannot be listed
 */
export const readUsers = async (
  ids: ReadonlySet<string>,
  sources: UserSources,
): Promise<{ readonly users: Users; readonly failures: readonly Failure[] }> => {
  const readKeys = async (user: UserDetails): Promise<UserWithKeys> => {
    const keys = await sources.iam.listAccessKeys(user.UserName);
    // Renamed or deleted since the listing: the next run sees which.
    if (keys === undefined) throw keysMissing(user);
    return { ...user, keys };
  };
  const found = await findUsers(ids, sources);
  const { read, failures } = await readEach(found.values(), readKeys, ({ UserId }) => [UserId]);
  const known = new Map(read.map((user) => [user.UserId, user]));
  const unread = new Set(failures.flatMap(({ userIds }) => userIds));
  return { users: { known, unread }, failures };
};

/** What findings are made of, and where they go. */
export type FindingSources = UserSources & {
  readonly config: Pick<Config, 'readResult' | 'readResults' | 'hasRule'>;
  readonly securityHub: SecurityHub;
  readonly settings: FindingSettings;
};

/** What was told, and what could not be read or told: the former is neither imported nor archived. */
export type Told = {
  readonly imported: number;
  readonly archived: number;
  readonly failures: readonly Failure[];
};

/** Which results and which findings a run is about. */
type Scope = {
  readonly results: readonly RuleResults[];
  readonly readStored: () => Promise<StoredFindings>;
  readonly failures: readonly Failure[];
};

/** The ARNs of rules that findings are of, and that Config has no more. */
const readGoneRules = async (stored: StoredFindings, { config, settings }: FindingSources) => {
  const readGone = async ({ arn, names }: FormerRule): Promise<string[]> => {
    for (const name of names) if (await config.hasRule(name, arn)) return [];
    return [arn];
  };
  const { read, failures } = await readEach(formerRules(stored, settings), readGone);
  return { goneRules: new Set(read.flat()), failures };
};

const tell = async (scope: Scope, sources: FindingSources, at: Date): Promise<Told> => {
  const { securityHub, settings } = sources;
  const { results } = scope;
  const violators = results.flatMap(({ held }) =>
    [...held].flatMap(([UserId, result]) => (isViolation(result) ? [UserId] : [])),
  );
  const { users, failures: unread } = await readUsers(new Set(violators), sources);
  const stored = await scope.readStored();
  const { goneRules, failures: unknown } = await readGoneRules(stored, sources);
  const { violations, archived } = decideFindings(
    { results, users, stored, goneRules, at },
    settings,
  );
  const refusals = await securityHub.importFindings([...violations, ...archived]);
  const untold = refusals.map(({ ids, cause }) => ({ userIds: ids.map(userIdOf), cause }));
  const refused = new Set(refusals.flatMap(({ ids }) => ids));
  const taken = (findings: typeof violations) =>
    findings.filter(({ Id = '' }) => !refused.has(Id)).length;
  return {
    imported: taken(violations),
    archived: taken(archived),
    failures: [...scope.failures, ...unread, ...unknown, ...untold],
  };
};

/**
 * Tells Security Hub of every violation that Config holds, and that those which it holds no more are over: those of a
 * rule that Config has no more, too.
 */
export const reconcileFindings = async (sources: FindingSources, at: Date): Promise<Told> => {
  const { config, securityHub, settings } = sources;
  const { read: results, failures } = await readEach(settings.rules, async (rule) => ({
    rule,
    held: await config.readResults(rule.name),
  }));
  return tell({ results, failures, readStored: securityHub.ofRules }, sources, at);
};

/** Tells Security Hub of single users what Config holds of them now. */
export const tellChanges = async (
  changes: readonly ComplianceChange[],
  sources: FindingSources,
  at: Date,
): Promise<Told> => {
  const { config, securityHub, settings } = sources;
  const readChange = async ({ configRuleName, userId }: ComplianceChange) => ({
    ...{ configRuleName, userId },
    held: await config.readResult(configRuleName, { type: 'AWS::IAM::User', id: userId }),
  });
  const { read, failures } = await readEach(changes, readChange, ({ userId }) => [userId]);
  const ofRule = ({ name }: FindingRule) =>
    read.filter(({ configRuleName }) => configRuleName === name);
  const heldOf = (rule: FindingRule): ReadonlyMap<string, RecordedResult> =>
    new Map(ofRule(rule).flatMap(({ userId, held }) => (held ? [[userId, held]] : [])));
  const results = settings.rules.map((rule) => ({ rule, held: heldOf(rule) }));
  const ids = settings.rules.flatMap((rule) =>
    ofRule(rule).map(({ userId }) => findingId(rule, userId)),
  );
  return tell({ results, failures, readStored: () => securityHub.withIds(ids) }, sources, at);
};
