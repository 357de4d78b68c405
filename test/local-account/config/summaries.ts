import * as v from 'valibot';
import { type Operation, operation } from '../dispatch.ts';
import { cutPage, wholeNumber } from '../request.ts';
import { ComplianceType, type Evaluations } from './results.ts';
import {
  ConfigRuleNames,
  invalidNextToken,
  type LocalRule,
  NextToken,
  type Rules,
} from './rules.ts';

type SummaryDeps = {
  readonly now: () => Date;
  readonly rules: Rules;
  readonly evaluations: Evaluations;
  readonly pageSize: number;
};

/** The largest number of violations, or of rules, that AWS Config counts. */
const CAP = 25;

const capped = (count: number) => ({ CappedCount: Math.min(count, CAP), CapExceeded: count > CAP });

/** Returns the compliance of a rule: INSUFFICIENT_DATA without a result. */
const complianceOf = (rule: LocalRule, { evaluations }: SummaryDeps) => {
  const types = evaluations.resultsOf(rule).map((result) => result.ComplianceType);
  const violations = types.filter((type) => type === 'NON_COMPLIANT').length;
  if (violations > 0)
    return { ComplianceType: 'NON_COMPLIANT', ComplianceContributorCount: capped(violations) };
  return { ComplianceType: types.length > 0 ? 'COMPLIANT' : 'INSUFFICIENT_DATA' };
};

/** Cuts a page of rules, in the order of their names. */
const pageOf = (
  request: { list: string; size: number; NextToken?: string | undefined },
  rules: readonly LocalRule[],
) =>
  cutPage({
    list: request.list,
    items: rules,
    keyOf: (rule) => rule.properties.ConfigRuleName,
    size: request.size,
    marker: request.NextToken,
    refuse: invalidNextToken,
  });

/** @see https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeComplianceByConfigRule.html */
const describeComplianceByConfigRule = (deps: SummaryDeps): Operation =>
  operation(
    v.strictObject({
      ConfigRuleNames: v.optional(ConfigRuleNames),
      ComplianceTypes: v.optional(v.pipe(v.array(ComplianceType), v.maxLength(3)), []),
      NextToken,
    }),
    ({ ConfigRuleNames, ComplianceTypes, NextToken }) => {
      const isWanted = (rule: LocalRule) =>
        ComplianceTypes.length === 0 ||
        ComplianceTypes.some((type) => type === complianceOf(rule, deps).ComplianceType);
      const list = `DescribeComplianceByConfigRule ${ComplianceTypes}`;
      const chosen = deps.rules.chosen(ConfigRuleNames).filter(isWanted);
      const page = pageOf({ list, size: Math.min(25, deps.pageSize), NextToken }, chosen);
      const ComplianceByConfigRules = page.items.map((rule) => ({
        ConfigRuleName: rule.properties.ConfigRuleName,
        Compliance: complianceOf(rule, deps),
      }));
      return { ComplianceByConfigRules, NextToken: page.next };
    },
  );

/** @see https://docs.aws.amazon.com/config/latest/APIReference/API_GetComplianceSummaryByConfigRule.html */
const getComplianceSummaryByConfigRule = (deps: SummaryDeps): Operation =>
  operation(v.strictObject({}), () => {
    const types = deps.rules.all().map((rule) => complianceOf(rule, deps).ComplianceType);
    const count = (wanted: string) => capped(types.filter((type) => type === wanted).length);
    return {
      ComplianceSummary: {
        CompliantResourceCount: count('COMPLIANT'),
        NonCompliantResourceCount: count('NON_COMPLIANT'),
        ComplianceSummaryTimestamp: deps.now(),
      },
    };
  });

/** @see https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigRuleEvaluationStatus.html */
const describeConfigRuleEvaluationStatus = ({ rules, pageSize }: SummaryDeps): Operation =>
  operation(
    v.strictObject({
      ConfigRuleNames: v.optional(ConfigRuleNames),
      Limit: v.optional(wholeNumber(0, 50), 0),
      NextToken,
    }),
    ({ ConfigRuleNames, Limit, NextToken }) => {
      const list = 'DescribeConfigRuleEvaluationStatus';
      const size = Math.min(Limit || 50, pageSize);
      const page = pageOf({ list, size, NextToken }, rules.chosen(ConfigRuleNames));
      const ConfigRulesEvaluationStatus = page.items.map((rule) => ({
        ConfigRuleName: rule.properties.ConfigRuleName,
        ConfigRuleArn: rule.ConfigRuleArn,
        ConfigRuleId: rule.ConfigRuleId,
        ...rule.invocations,
      }));
      return { ConfigRulesEvaluationStatus, NextToken: page.next };
    },
  );

/** The operations of AWS Config that summarize rules. */
export const summaryOperations = (deps: SummaryDeps): Readonly<Record<string, Operation>> => ({
  DescribeComplianceByConfigRule: describeComplianceByConfigRule(deps),
  GetComplianceSummaryByConfigRule: getComplianceSummaryByConfigRule(deps),
  DescribeConfigRuleEvaluationStatus: describeConfigRuleEvaluationStatus(deps),
});
