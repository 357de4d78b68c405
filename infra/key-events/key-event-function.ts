import { Duration } from 'aws-cdk-lib';
import type { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { NodeFunction } from '../functions/node-function.ts';
import { allowWithoutResource } from '../functions/permissions.ts';
import { measureOf } from '../monitoring/measure.ts';
import { MAXIMUM_USERS_OF_HYBRID_RULE } from '../settings/limits.ts';
import { DEFAULT_SETTINGS, type Settings } from '../settings/settings.ts';

/** Rules whose names, of 64 characters at most, fit the 1,024 of one dimension of a metric; one start would take 25. */
const MAXIMUM_RULES = 15;

/** How long the function may take for a batch: two or three calls. */
export const TIMEOUT = Duration.seconds(15);

/** What is started, and how the function that does it is deployed. */
export type KeyEventFunctionProps = Partial<Pick<Settings, 'triggers' | 'logRetentionDays'>> & {
  /** The rules to evaluate again, 15 at most. */
  readonly configRules: readonly CfnConfigRule[];
};

/** The function that makes one start of an evaluation of many key events. */
export class KeyEventFunction extends NodeFunction {
  /** It may start no evaluation, because the account has too many users. */
  readonly mayHoldBack: boolean;
  /** The metrics that it writes. */
  readonly measure: ReturnType<typeof measureOf>;

  constructor(scope: Construct, id: string, props: KeyEventFunctionProps) {
    const { configRules, ...settings } = props;
    const { triggers, logRetentionDays } = { ...DEFAULT_SETTINGS, ...settings };
    const isHybrid = triggers === 'hybrid';
    if (configRules.length === 0 || configRules.length > MAXIMUM_RULES)
      throw new Error(`${id}: expected 1 to ${MAXIMUM_RULES} rules, got ${configRules.length}`);
    super(scope, id, {
      entry: 'rule/key-events/index.ts',
      description: 'Starts an evaluation of the rules after changes of access keys',
      timeout: TIMEOUT,
      logRetentionDays,
      environment: {
        CONFIG_RULE_NAMES: configRules.map(({ ref }) => ref).join(),
        ...(isHybrid && { MAXIMUM_USERS: String(MAXIMUM_USERS_OF_HYBRID_RULE) }),
      },
    });
    this.mayHoldBack = isHybrid;
    this.measure = measureOf(configRules);
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['config:StartConfigRulesEvaluation'],
        resources: configRules.map(({ attrArn }) => attrArn),
      }),
    );
    if (isHybrid) allowWithoutResource(this.role, ['iam:GetAccountSummary']);
  }
}
