import {
  type ConfigServiceClient,
  DescribeConfigRulesCommand,
  NoSuchConfigRuleException,
} from '@aws-sdk/client-config-service';
import * as v from 'valibot';
import { answerOf, InvalidResponseError } from '../input/answer.ts';
import { parse, Text, textUpTo } from '../input/parse.ts';

const Rule = v.object({
  ConfigRuleName: textUpTo(128),
  ConfigRuleArn: v.optional(Text),
  InputParameters: v.optional(v.string()),
});
type Rule = v.InferOutput<typeof Rule>;

const DescribeConfigRulesAnswer = v.object({ ConfigRules: v.optional(v.array(Rule), []) });

const describeRule = async (client: ConfigServiceClient, ConfigRuleName: string): Promise<Rule> => {
  const command = new DescribeConfigRulesCommand({ ConfigRuleNames: [ConfigRuleName] });
  const what = answerOf('DescribeConfigRules');
  const { ConfigRules } = parse(DescribeConfigRulesAnswer, await client.send(command), what);
  const [rule] = ConfigRules;
  if (rule?.ConfigRuleName === ConfigRuleName) return rule;
  throw new InvalidResponseError(
    `DescribeConfigRules: expected the rule ${ConfigRuleName}, got ${rule?.ConfigRuleName ?? 'none'}`,
  );
};

/** What is read of rules themselves. */
export const createReadRules = (client: ConfigServiceClient) => ({
  /**
   * The InputParameters of a rule as they are now; nothing when it has none.
   *
   * @throws {InvalidResponseError} when Config tells of another rule, or of none
   */
  getInputParameters: async (ConfigRuleName: string): Promise<string | undefined> =>
    (await describeRule(client, ConfigRuleName)).InputParameters,

  /**
   * Whether Config has this very rule: one of its name that was made anew has another ARN.
   *
   * @throws {InvalidResponseError} when Config tells of another rule, or no ARN
   */
  hasRule: async (ConfigRuleName: string, ConfigRuleArn: string): Promise<boolean> => {
    try {
      const rule = await describeRule(client, ConfigRuleName);
      if (rule.ConfigRuleArn !== undefined) return rule.ConfigRuleArn === ConfigRuleArn;
    } catch (error) {
      if (error instanceof NoSuchConfigRuleException) return false;
      throw error;
    }
    throw new InvalidResponseError(
      `DescribeConfigRules: expected the ARN of ${ConfigRuleName}, got none`,
    );
  },
});
