import type { StoredResult } from './evaluations.ts';
import type { LocalRule } from './rules.ts';

/** Who hears of results. */
export type ResultsDeps = {
  readonly onNonCompliant: (rule: LocalRule, resourceId: string) => void;
  /** The result is another one than before, or the first. @default nobody hears of it */
  readonly onComplianceChange?:
    | ((rule: LocalRule, result: StoredResult, before: StoredResult | undefined) => void)
    | undefined;
  /** @default true */
  readonly dropsOlderResults?: boolean | undefined;
};

/** The results that rules reported, the last one of each resource. */
export const createResults = (deps: ResultsDeps) => {
  const { onNonCompliant, onComplianceChange, dropsOlderResults = true } = deps;
  const byRule = new Map<LocalRule, Map<string, StoredResult>>();

  const heldBy = (rule: LocalRule) => {
    const held = byRule.get(rule) ?? new Map<string, StoredResult>();
    byRule.set(rule, held);
    return held;
  };
  /** A resource of which nothing is held is as one that is not applicable. */
  const isChange = (result: StoredResult, { ComplianceType }: Partial<StoredResult> = {}) =>
    result.ComplianceType !== (ComplianceType ?? 'NOT_APPLICABLE');

  return {
    heldBy,
    /** An earlier instant than the one held tells nothing. */
    store: (rule: LocalRule, result: StoredResult) => {
      const results = heldBy(rule);
      const key = `${result.ComplianceResourceType} ${result.ComplianceResourceId}`;
      const before = results.get(key);
      const { OrderingTimestamp = result.OrderingTimestamp } = before ?? {};
      if (dropsOlderResults && OrderingTimestamp > result.OrderingTimestamp) return;
      results.set(key, result);
      if (isChange(result, before)) onComplianceChange?.(rule, result, before);
      if (result.ComplianceType === 'NON_COMPLIANT')
        onNonCompliant(rule, result.ComplianceResourceId);
    },
  };
};
