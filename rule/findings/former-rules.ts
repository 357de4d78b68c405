import { findingId } from './finding-id.ts';
import type { FindingSettings } from './settings.ts';
import type { StoredFinding, StoredFindings } from './stored-finding.ts';

/** A rule that findings name and that is none of the stack's. */
export type FormerRule = { readonly name: string; readonly arn: string };

/** Another tool may have findings of Config rules too, with ids of its own. */
const isOurs = ({ Id, GeneratorId, ProductFields }: StoredFinding): boolean =>
  // Stryker disable next-line StringLiteral: any text will do that is no id.
  Id === findingId({ arn: GeneratorId }, ProductFields?.['UserId'] ?? '');

/** The rules of our active findings that are not the stack's now, each once. */
export const formerRules = (
  stored: StoredFindings,
  { rules }: FindingSettings,
): readonly FormerRule[] => {
  const known = rules.map(({ arn }) => arn);
  const former = [...stored.values()]
    .filter((one) => one.RecordState === 'ACTIVE' && !known.includes(one.GeneratorId))
    .filter(isOurs)
    .map((one) => [one.GeneratorId, one.ProductFields?.['ConfigRuleName'] ?? ''] as const)
    .filter(([, name]) => /^[\w-]{1,128}$/.test(name));
  return [...new Map(former)].map(([arn, name]) => ({ arn, name }));
};
