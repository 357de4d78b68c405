import type { Evaluation } from '@aws-sdk/client-config-service';
import {
  type EvaluationContext,
  NOT_APPLICABLE,
  RESOURCE_TYPE,
  toEvaluation,
  type Verdict,
} from './evaluation.ts';
import type { ConfigurationItem } from './event.ts';
import { completeFacts, type FoundUser, keysMissing, readUser } from './read-user.ts';
import type { HeldResult } from './recorded-result.ts';
import type { Evidence } from './user-rule.ts';

const isEvaluated = ({ configurationItemStatus, resourceType }: ConfigurationItem): boolean =>
  resourceType === RESOURCE_TYPE &&
  (configurationItemStatus === 'OK' || configurationItemStatus === 'ResourceDiscovered');

/** What is said of the item was read live, or is a deletion, and an id never comes back. */
export const isCertain = (item: ConfigurationItem, eventLeftScope: boolean): boolean =>
  (isEvaluated(item) && !eventLeftScope) ||
  item.configurationItemStatus === 'ResourceDeleted' ||
  item.configurationItemStatus === 'ResourceDeletedNotRecorded';

/** A change of one user: what every evaluation needs, and what Config holds of it. */
type ChangeContext = EvaluationContext & {
  readonly eventLeftScope: boolean;
  readonly readHeld: () => Promise<HeldResult | undefined>;
};

const decide = async (
  found: FoundUser,
  evidence: Evidence,
  { iam, rule, readHistory }: ChangeContext,
): Promise<Verdict> => {
  const verdict = rule.decide(found, evidence);
  if (verdict !== undefined) return verdict;
  const complete = { ...evidence, history: await readHistory() };
  const needs = rule.needs(complete);
  const facts = await completeFacts(iam, found.user.UserName, { facts: found, needs });
  const decided = facts && rule.decide(facts, complete);
  if (decided === undefined) throw keysMissing(found.user);
  return decided;
};

/**
 * Evaluates the one user that a change notification is about, live: what the item says of it is old.
 *
 * Always exactly one result: several would replace what other users have.
 */
export const evaluateChange = async (
  { resourceType: type, resourceId: id, resourceName: UserName, ...item }: ConfigurationItem,
  context: ChangeContext,
): Promise<Evaluation> => {
  const { iam, rule, eventLeftScope, readHeld } = context;
  const notApplicable = toEvaluation({ type, id }, NOT_APPLICABLE, rule.at);
  if (eventLeftScope || !isEvaluated({ resourceType: type, resourceId: id, ...item }))
    return notApplicable;
  // Where the history only adds a remark, what Config holds would only save calls, which one user does not need.
  const evidence = { held: rule.decidesByHistory ? await readHeld() : undefined };
  const found = await readUser(iam, { UserId: id, UserName }, rule.needs(evidence));
  if (found === undefined) return notApplicable;
  return toEvaluation({ type, id }, await decide(found, evidence, context), rule.at);
};
