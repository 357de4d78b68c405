/** A query over the resources that an aggregator knows, in AWS Config's subset of SQL. */
export type Query = {
  /** 1 to 64 letters, digits, `-` and `_`; its account and Region have no other of the name. */
  readonly name: string;
  readonly description: string;
  readonly expression: string;
};

/** The names of what the queries look for. */
export type QueryNames = {
  readonly configRuleName: string;
  readonly exemptionTagKey?: string | undefined;
};

/** A text of SQL, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const resultsOf = (configRuleName: string): string =>
  [
    "WHERE resourceType = 'AWS::Config::ResourceCompliance'",
    "AND configuration.targetResourceType = 'AWS::IAM::User'",
    `AND configuration.configRuleList.configRuleName = ${quoted(configRuleName)}`,
    "AND configuration.configRuleList.complianceType = 'NON_COMPLIANT'",
  ].join(' ');

/**
 * Users that a rule evaluates and that violate a rule, by account.
 *
 * Config compares the members of a list each for itself: a user that violates another rule only counts as well, so a
 * number is one of users at most. `violations` shows which rule it is.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/querying-AWS-resources.html
 */
const violationsByAccount = (configRuleName: string): Query => ({
  name: 'iam-user-access-key-violations-by-account',
  description: `IAM users that ${configRuleName} evaluates and that violate it or another rule, at most: Config cannot tell these apart in a count`,
  // Without ORDER BY: Config gives no second page of an ordered count.
  expression: `SELECT accountId, COUNT(*) ${resultsOf(configRuleName)} GROUP BY accountId`,
});

/** The same users one by one, with the verdict of each rule. */
const violations = (configRuleName: string): Query => ({
  name: 'iam-user-access-key-violations',
  description: `IAM users that ${configRuleName} evaluates and that violate a rule, with the verdict of each`,
  expression: `SELECT accountId, configuration.targetResourceId, configuration.configRuleList.configRuleName, configuration.configRuleList.complianceType ${resultsOf(configRuleName)}`,
});

/** Users that have the exemption tag, valid or not, with their tags: who may have more keys, and until when. */
const exemptUsers = (exemptionTagKey: string): Query => ({
  name: 'iam-user-access-key-exemptions',
  description: 'IAM users with the exemption tag, whose value is the last day of the exemption',
  expression: `SELECT accountId, resourceId, resourceName, tags WHERE resourceType = 'AWS::IAM::User' AND tags.key = ${quoted(exemptionTagKey)}`,
});

/** What the organization is asked: the violations of the rule, and who has the exemption tag where there is one. */
export const queriesOf = ({ configRuleName, exemptionTagKey }: QueryNames): readonly Query[] => [
  violationsByAccount(configRuleName),
  violations(configRuleName),
  ...(exemptionTagKey === undefined ? [] : [exemptUsers(exemptionTagKey)]),
];
