const ref = (Ref: string) => ({ Ref });
const equals = (one: unknown, other: unknown) => ({ 'Fn::Equals': [one, other] });
const not = (condition: unknown) => ({ 'Fn::Not': [condition] });
const isGiven = (name: string) => not(equals(ref(name), ''));
const assert = (Assert: unknown, AssertDescription: string) => ({ Assert, AssertDescription });

/**
 * The contradictions that `requireNoContradiction` refuses. CloudFormation refuses them before it creates a resource. A rule
 * cannot count the approvers: Systems Manager refuses more required approvals than approvers.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export const PARAMETER_RULES = {
  TwoRuleNames: {
    Assertions: [
      assert(
        not(equals(ref('ConfigRuleName'), ref('InactiveConfigRuleName'))),
        'InactiveConfigRuleName must differ from ConfigRuleName',
      ),
    ],
  },
  NoAutomaticActionWithApprovers: {
    RuleCondition: isGiven('Approvers'),
    Assertions: ['AutomaticRemediation', 'AutomaticDeletion'].map((name) =>
      assert(
        equals(ref(name), 'false'),
        `${name} must be false with Approvers: the function starts runbooks without asking them`,
      ),
    ),
  },
  NoAutomaticDeletionAtOnce: {
    RuleCondition: equals(ref('MaxInactiveDays'), '0'),
    Assertions: [
      assert(
        equals(ref('AutomaticDeletion'), 'false'),
        'AutomaticDeletion must be false with MaxInactiveDays 0: it would delete keys as soon as they are inactive',
      ),
    ],
  },
  ApproversOfApprovals: {
    RuleCondition: equals(ref('Approvers'), ''),
    Assertions: [
      assert(
        equals(ref('MinRequiredApprovals'), '1'),
        'MinRequiredApprovals must be at most the number of Approvers',
      ),
    ],
  },
  ApproversOfTopic: {
    RuleCondition: isGiven('ApprovalTopicArn'),
    Assertions: [
      assert(
        isGiven('Approvers'),
        'ApprovalTopicArn must not be set without Approvers: the topic notifies only approvers',
      ),
    ],
  },
};
