import type { FindingSettings } from './settings.ts';
import type { StoredFindings } from './stored-finding.ts';

/** A rule that findings are of, none of the stack's, and the names that they say it has: one, unless somebody forged them. */
export type FormerRule = { readonly arn: string; readonly names: readonly string[] };

/** The rules of active findings that are not the stack's now, each once; one without a name is nobody's to look for. */
export const formerRules = (
  stored: StoredFindings,
  { rules }: FindingSettings,
): readonly FormerRule[] => {
  const known = rules.map(({ arn }) => arn);
  const names = new Map<string, Set<string>>();
  for (const { RecordState, GeneratorId: arn, ProductFields } of stored.values()) {
    // Stryker disable next-line StringLiteral: any text will do that is no name.
    const name = ProductFields?.['ConfigRuleName'] ?? '';
    if (RecordState !== 'ACTIVE' || known.includes(arn) || !/^[\w-]{1,128}$/.test(name)) continue;
    names.set(arn, (names.get(arn) ?? new Set()).add(name));
  }
  return [...names].map(([arn, some]) => ({ arn, names: [...some] }));
};
