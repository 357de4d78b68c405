import { forEach } from '../aws/batches.ts';
import type { Config } from '../aws/config.ts';
import type { Iam, UserDetails } from '../aws/iam.ts';
import { keysMissing } from '../evaluation/read-user.ts';
import { findingId, type UserWithKeys, userIdOf } from './asff.ts';
import {
  decideFindings,
  isOpen,
  isViolation,
  type RuleResults,
  type Users,
} from './decide-findings.ts';
import type { ComplianceChange } from './event.ts';
import type { SecurityHub, StoredFindings } from './security-hub.ts';
import type { FindingSettings } from './settings.ts';

/** A read or import that failed, with the user that it belongs to if there is one. */
type Failure = { readonly userId?: string; readonly cause: unknown };

/** The clients and the settings of the synchronization. */
export type FindingSources = {
  readonly iam: Pick<Iam, 'findUsers' | 'listAccessKeys'>;
  readonly config: Pick<Config, 'readResult' | 'readResults' | 'readRuleArns'>;
  readonly securityHub: SecurityHub;
  readonly settings: FindingSettings;
};

/** The numbers of findings that were imported, and the failures. */
type SynchronizedFindings = {
  readonly violations: number;
  readonly archived: number;
  readonly failures: readonly Failure[];
};

/** Returns the ids of users with a recorded violation, or with an active finding that no COMPLIANT result resolves. */
const userIdsOf = ({ rule, recorded }: RuleResults, stored: StoredFindings): readonly string[] => {
  const violators = [...recorded.keys()].filter((userId) => isViolation(recorded.get(userId)));
  const unresolved = [...stored.values()]
    .filter((one) => one.GeneratorId === rule.arn && isOpen(one))
    .map(({ Id }) => userIdOf(Id))
    .filter((userId) => recorded.get(userId)?.ComplianceType !== 'COMPLIANT');
  return [...violators, ...unresolved];
};

const readUsers = async (
  ids: ReadonlySet<string>,
  { iam }: FindingSources,
): Promise<{ readonly users: Users; readonly failures: readonly Failure[] }> => {
  const readKeys = async (user: UserDetails): Promise<UserWithKeys> => {
    const keys = await iam.listAccessKeys(user.UserName);
    // The user has been renamed or deleted since the listing. The next run finds out which.
    if (keys === undefined) throw keysMissing(user);
    return { ...user, keys };
  };
  const found = await iam.findUsers(ids);
  const { results, failures } = await forEach(found.values(), readKeys);
  return {
    users: {
      existing: new Set(found.keys()),
      known: new Map(results.map((user) => [user.UserId, user])),
    },
    failures: failures.map(({ item, cause }) => ({ userId: item.UserId, cause })),
  };
};

/** Finds the rules that no longer exist, among rules outside this stack that have active findings. */
const readGoneRules = async (
  stored: StoredFindings,
  { config, settings }: FindingSources,
): Promise<{ readonly goneRules: ReadonlySet<string>; readonly failures: readonly Failure[] }> => {
  const active = [...stored.values()].filter(isOpen).map(({ GeneratorId }) => GeneratorId);
  const others = active.filter((arn) => settings.rules.every((rule) => rule.arn !== arn));
  if (others.length === 0) return { goneRules: new Set(), failures: [] };
  try {
    const existing = await config.readRuleArns();
    return { goneRules: new Set(others.filter((arn) => !existing.has(arn))), failures: [] };
  } catch (cause) {
    return { goneRules: new Set(), failures: [{ cause }] };
  }
};

/** The results to synchronize, and how to read the findings that belong to them. */
type Scope = {
  readonly results: readonly RuleResults[];
  readonly readStored: () => Promise<StoredFindings>;
};

/** Imports the findings of all results and users that could be read. Leaves all other findings as they are. */
const synchronize = async (
  { results, readStored }: Scope,
  sources: FindingSources,
  at: Date,
): Promise<SynchronizedFindings> => {
  const { securityHub, settings } = sources;
  const stored = await readStored();
  const ids = new Set(results.flatMap((one) => userIdsOf(one, stored)));
  const { users, failures: unread } = await readUsers(ids, sources);
  const { goneRules, failures: unknown } = await readGoneRules(stored, sources);
  const input = { results, users, stored, goneRules, at };
  const { violations, archived } = decideFindings(input, settings);
  const refusals = await securityHub.importFindings([...violations, ...archived]);
  const refused = refusals.map(({ id, cause }) => ({ userId: userIdOf(id), cause }));
  const refusedIds = new Set(refusals.map(({ id }) => id));
  const imported = (findings: typeof violations) =>
    findings.filter(({ Id = '' }) => !refusedIds.has(Id)).length;
  return {
    violations: imported(violations),
    archived: imported(archived),
    failures: [...unread, ...unknown, ...refused],
  };
};

/** Imports a finding for every recorded violation, and archives the findings of violations that have ended. */
export const reconcileFindings = async (
  sources: FindingSources,
  at: Date,
): Promise<SynchronizedFindings> => {
  const { config, securityHub, settings } = sources;
  const { results, failures } = await forEach(settings.rules, async (rule) => ({
    rule,
    recorded: await config.readResults(rule.name),
  }));
  const scope = { results, readStored: securityHub.readAll };
  const synchronized = await synchronize(scope, sources, at);
  return { ...synchronized, failures: [...failures, ...synchronized.failures] };
};

/** Imports or archives the findings of single users, according to the results that AWS Config has recorded now. */
export const importChanges = async (
  changes: readonly ComplianceChange[],
  sources: FindingSources,
  at: Date,
): Promise<SynchronizedFindings> => {
  const { config, securityHub, settings } = sources;
  const distinct = new Map(changes.map((one) => [`${one.ruleName} ${one.userId}`, one]));
  const readChange = async ({ ruleName, userId }: ComplianceChange) => {
    const recorded = await config.readResult(ruleName, userId);
    return { ruleName, entry: [userId, recorded] as const };
  };
  const { results: read, failures } = await forEach(distinct.values(), readChange);
  const results = settings.rules.map((rule) => ({
    rule,
    recorded: new Map(
      read.filter(({ ruleName }) => ruleName === rule.name).map(({ entry }) => entry),
    ),
  }));
  const ids = results.flatMap(({ rule, recorded }) =>
    [...recorded.keys()].map((userId) => findingId(rule, userId)),
  );
  const scope = { results, readStored: () => securityHub.readByIds(ids) };
  const synchronized = await synchronize(scope, sources, at);
  const unread = failures.map(({ item, cause }) => ({ userId: item.userId, cause }));
  return { ...synchronized, failures: [...unread, ...synchronized.failures] };
};
