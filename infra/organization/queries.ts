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
  readonly inactiveConfigRuleName: string;
  readonly exemptionTagKey?: string | undefined;
};

/** Quotes a string literal. */
const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const resultsOf = (configRuleName: string): string =>
  [
    "WHERE resourceType = 'AWS::Config::ResourceCompliance'",
    "AND configuration.targetResourceType = 'AWS::IAM::User'",
    `AND configuration.configRuleList.configRuleName = ${quote(configRuleName)}`,
  ].join(' ');

const violationsOf = (configRuleName: string): string =>
  `${resultsOf(configRuleName)} AND configuration.configRuleList.complianceType = 'NON_COMPLIANT'`;

/**
 * Counts the violating users of each account.
 *
 * AWS Config tests the conditions on a list independently. A user that the rule evaluates and that violates only another
 * rule counts too, so the count is an upper bound. The query `violations` shows the rule.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/querying-AWS-resources.html
 */
const violationsByAccount = (name: string, configRuleName: string): Query => ({
  name,
  description: `Number of IAM users that ${configRuleName} evaluates and that violate it or another rule`,
  // No ORDER BY, because AWS Config returns only one page of an ordered count.
  expression: `SELECT accountId, COUNT(*) ${violationsOf(configRuleName)} GROUP BY accountId`,
});

/** Lists these users with their result for each rule. */
const violations = (name: string, configRuleName: string): Query => ({
  name,
  description: `IAM users that ${configRuleName} evaluates and that violate a rule, with the result of each rule`,
  expression: `SELECT accountId, configuration.targetResourceId, configuration.configRuleList.configRuleName, configuration.configRuleList.complianceType ${violationsOf(configRuleName)}`,
});

/** Counts the users with a result, by account: an account that is missing has not evaluated a user. */
const usersByAccount = (configRuleName: string): Query => ({
  name: 'iam-user-access-key-users-by-account',
  description: `Number of IAM users with a result of ${configRuleName}; an account without results is missing`,
  expression: `SELECT accountId, COUNT(*) ${resultsOf(configRuleName)} GROUP BY accountId`,
});

/** Lists users with the exemption tag, valid or not. */
const exemptUsers = (exemptionTagKey: string): Query => ({
  name: 'iam-user-access-key-exemptions',
  description: 'IAM users with the exemption tag, whose value is the last day of the exemption',
  expression: `SELECT accountId, resourceId, resourceName, tags WHERE resourceType = 'AWS::IAM::User' AND tags.key = ${quote(exemptionTagKey)}`,
});

/** Returns the stored queries of the organization. */
export const queriesOf = ({
  configRuleName,
  inactiveConfigRuleName,
  exemptionTagKey,
}: QueryNames): readonly Query[] => [
  violationsByAccount('iam-user-access-key-violations-by-account', configRuleName),
  violations('iam-user-access-key-violations', configRuleName),
  violationsByAccount('iam-user-inactive-access-key-violations-by-account', inactiveConfigRuleName),
  violations('iam-user-inactive-access-key-violations', inactiveConfigRuleName),
  usersByAccount(configRuleName),
  ...(exemptionTagKey === undefined ? [] : [exemptUsers(exemptionTagKey)]),
];
