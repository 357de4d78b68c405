import type { Config } from '../aws/config.ts';
import type { HeldResult } from '../evaluation/held-result.ts';
import { decideFindings, isViolation, type RuleResults } from './decide-findings.ts';
import type { ComplianceChange } from './event.ts';
import type { Failure } from './failure.ts';
import { findingId, userIdOf } from './finding-id.ts';
import { type FormerRule, formerRules } from './former-rules.ts';
import { readEach } from './read-each.ts';
import { readUsers, type UserSources } from './read-users.ts';
import type { SecurityHub } from './security-hub.ts';
import type { FindingRule, FindingSettings } from './settings.ts';
import type { StoredFindings } from './stored-finding.ts';

/** What findings are made of, and where they go. */
export type FindingSources = UserSources & {
  readonly config: Pick<Config, 'readResult' | 'readRuleResults' | 'hasRule'>;
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
    held: await config.readRuleResults(rule.name),
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
  const heldOf = (rule: FindingRule): ReadonlyMap<string, HeldResult> =>
    new Map(ofRule(rule).flatMap(({ userId, held }) => (held ? [[userId, held]] : [])));
  const results = settings.rules.map((rule) => ({ rule, held: heldOf(rule) }));
  const ids = settings.rules.flatMap((rule) =>
    ofRule(rule).map(({ userId }) => findingId(rule, userId)),
  );
  return tell({ results, failures, readStored: () => securityHub.withIds(ids) }, sources, at);
};
