import pMap from 'p-map';
import type { Config } from '../config.ts';
import type { HeldResult } from '../held-result.ts';
import { decideFindings, isViolation, type RuleResults } from './decide-findings.ts';
import type { ComplianceChange } from './event.ts';
import { findingId } from './finding.ts';
import { readUsers, type UserSources } from './read-users.ts';
import type { SecurityHub } from './security-hub.ts';
import type { FindingRule, FindingSettings } from './settings.ts';
import type { StoredFindings } from './stored-finding.ts';

/** What findings are made of, and where they go. */
export type FindingSources = UserSources & {
  readonly config: Pick<Config, 'readResult' | 'readRuleResults'>;
  readonly securityHub: SecurityHub;
  readonly settings: FindingSettings;
};

/** What was told, and what could not be read: it is neither imported nor archived. */
export type Told = {
  readonly imported: number;
  readonly archived: number;
  readonly failures: readonly unknown[];
};

/** Which results and which findings a run is about. */
type Scope = {
  readonly results: readonly RuleResults[];
  readonly readStored: () => Promise<StoredFindings>;
  readonly failures: readonly unknown[];
};

/** Results read at the same time. */
const CONCURRENCY = 10;

const tell = async (
  { results, readStored, failures }: Scope,
  sources: FindingSources,
  at: Date,
): Promise<Told> => {
  const { securityHub, settings } = sources;
  const violators = results.flatMap(({ held }) =>
    [...held].flatMap(([UserId, result]) => (isViolation(result) ? [UserId] : [])),
  );
  const read = await readUsers(new Set(violators), sources);
  const facts = { results, users: read.users, stored: await readStored(), at };
  const { violations, archived } = decideFindings(facts, settings);
  await securityHub.importFindings([...violations, ...archived]);
  return {
    imported: violations.length,
    archived: archived.length,
    failures: [...failures, ...read.failures],
  };
};

/** Reads something of each item; one that cannot be read does not keep the others from it. */
const readEach = async <Item, Read>(
  items: Iterable<Item>,
  read: (item: Item) => Promise<Read>,
): Promise<{ readonly read: readonly Read[]; readonly failures: readonly unknown[] }> => {
  const failures: unknown[] = [];
  const attempt = async (item: Item): Promise<Read[]> => {
    try {
      return [await read(item)];
    } catch (failure) {
      failures.push(failure);
      return [];
    }
  };
  const all = await pMap(items, attempt, { concurrency: CONCURRENCY });
  return { read: all.flat(), failures };
};

/** Tells Security Hub of every violation that Config holds, and that those which it holds no more are over. */
export const reconcileFindings = async (sources: FindingSources, at: Date): Promise<Told> => {
  const { config, securityHub, settings } = sources;
  const { read: results, failures } = await readEach(settings.rules, async (rule) => ({
    rule,
    held: await config.readRuleResults(rule.name),
  }));
  const arns = results.map(({ rule }) => rule.arn);
  return tell({ results, failures, readStored: () => securityHub.ofRules(arns) }, sources, at);
};

/** Tells Security Hub of single users what Config holds of them now. */
export const tellChanges = async (
  changes: readonly ComplianceChange[],
  sources: FindingSources,
  at: Date,
): Promise<Told> => {
  const { config, securityHub, settings } = sources;
  const { read, failures } = await readEach(changes, async ({ configRuleName, userId }) => ({
    ...{ configRuleName, userId },
    held: await config.readResult(configRuleName, { type: 'AWS::IAM::User', id: userId }),
  }));
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
