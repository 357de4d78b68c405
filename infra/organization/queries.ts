/** A stored query over the resources of an aggregator, in the SQL subset of AWS Config. */
type Query = {
  /** 1 to 64 letters, digits, `-` and `_`, unique in the account and Region. */
  readonly name: string;
  readonly description: string;
  readonly expression: string;
};

/** The settings that the queries depend on. */
type QueryNames = {
  readonly configRuleName: string;
  readonly exemptionTagKey?: string | undefined;
};

/** Quotes a string literal. */
const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const violationsOf = (configRuleName: string): string =>
  [
    "WHERE resourceType = 'AWS::Config::ResourceCompliance'",
    "AND configuration.targetResourceType = 'AWS::IAM::User'",
    `AND configuration.configRuleList.configRuleName = ${quote(configRuleName)}`,
    "AND configuration.configRuleList.complianceType = 'NON_COMPLIANT'",
  ].join(' ');

/**
 * Counts the violating users of each account.
 *
 * AWS Config tests the conditions on a list independently. A user that the rule evaluates and that violates only another
 * rule counts too, so the count is an upper bound. The query `violations` shows the rule.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/querying-AWS-resources.html
 */
const violationsByAccount = (configRuleName: string): Query => ({
  name: 'iam-user-access-key-violations-by-account',
  description: `Number of IAM users that ${configRuleName} evaluates and that violate it or another rule`,
  // No ORDER BY, because AWS Config returns only one page of an ordered count.
  expression: `SELECT accountId, COUNT(*) ${violationsOf(configRuleName)} GROUP BY accountId`,
});

/** Lists these users with their result for each rule. */
const violations = (configRuleName: string): Query => ({
  name: 'iam-user-access-key-violations',
  description: `IAM users that ${configRuleName} evaluates and that violate a rule, with the result of each rule`,
  expression: `SELECT accountId, configuration.targetResourceId, configuration.configRuleList.configRuleName, configuration.configRuleList.complianceType ${violationsOf(configRuleName)}`,
});

/** Lists users with the exemption tag, valid or not. */
const exemptUsers = (exemptionTagKey: string): Query => ({
  name: 'iam-user-access-key-exemptions',
  description: 'IAM users with the exemption tag, whose value is the last day of the exemption',
  expression: `SELECT accountId, resourceId, resourceName, tags WHERE resourceType = 'AWS::IAM::User' AND tags.key = ${quote(exemptionTagKey)}`,
});

/** Returns the stored queries of the organization. */
export const queriesOf = ({ configRuleName, exemptionTagKey }: QueryNames): readonly Query[] => [
  violationsByAccount(configRuleName),
  violations(configRuleName),
  ...(exemptionTagKey === undefined ? [] : [exemptUsers(exemptionTagKey)]),
];
