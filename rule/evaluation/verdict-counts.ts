import type { ComplianceType, Evaluation } from '@aws-sdk/client-config-service';
import { isOfExemption } from '../keys/exemption.ts';

/** How many users were evaluated, how many of them violate the rule, and how many only a tag keeps from it. */
export const countVerdicts = (evaluations: readonly Evaluation[]) => {
  const are = (type: ComplianceType) =>
    evaluations.filter(({ ComplianceType }) => ComplianceType === type).length;
  const Violations = are('NON_COMPLIANT');
  // Stryker disable next-line StringLiteral: any text will do that tells of no exemption.
  const Exempt = evaluations.filter(({ Annotation = '' }) => isOfExemption(Annotation)).length;
  return { Users: are('COMPLIANT') + Violations, Violations, Exempt };
};
