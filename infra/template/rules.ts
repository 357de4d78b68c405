const ref = (Ref: string) => ({ Ref });
const equals = (one: unknown, other: unknown) => ({ 'Fn::Equals': [one, other] });
const not = (condition: unknown) => ({ 'Fn::Not': [condition] });
const isGiven = (name: string) => not(equals(ref(name), ''));

const only = (Assert: unknown, AssertDescription: string) => [{ Assert, AssertDescription }];

/**
 * The settings that contradict each other, as `contradictions.ts` has them; CloudFormation refuses them before it
 * makes anything.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export const PARAMETER_RULES = {
  TwoRuleNames: {
    Assertions: only(
      not(equals(ref('ConfigRuleName'), ref('InactiveConfigRuleName'))),
      'InactiveConfigRuleName must be another name than ConfigRuleName',
    ),
  },
  NobodyToAsk: {
    RuleCondition: isGiven('Approvers'),
    Assertions: ['AutomaticRemediation', 'AutomaticDeletion'].flatMap((name) =>
      only(
        equals(ref(name), 'false'),
        `${name} must be false with Approvers: nobody is there to ask when AWS Config starts a runbook by itself`,
      ),
    ),
  },
  NobodyToTell: {
    RuleCondition: isGiven('ApprovalTopicArn'),
    Assertions: only(
      isGiven('Approvers'),
      'ApprovalTopicArn must not be given without Approvers: there is nobody to tell',
    ),
  },
};
