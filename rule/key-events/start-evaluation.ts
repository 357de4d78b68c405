import { LimitExceededException, ResourceInUseException } from '@aws-sdk/client-config-service';
import type { Config } from '../aws/config.ts';
import type { Iam } from '../aws/iam.ts';
import type { TriggerSettings } from './settings.ts';

/** What became of a start, by the name of its metric. */
export type Start = 'EvaluationsStarted' | 'PutOff' | 'HeldBack';

/** With what an evaluation is started. */
export type StartDependencies = {
  readonly iam: Pick<Iam, 'countUsers'>;
  readonly config: Pick<Config, 'startEvaluation'>;
  readonly settings: TriggerSettings;
};

/**
 * Starts one evaluation of every rule.
 *
 *   `HeldBack`            the account has more than `maximumUsers` users, and each start may cost an evaluation of each
 *   `PutOff`              Config evaluates a rule at most once a minute, and not while it does: later
 *   `EvaluationsStarted`  else
 *
 * @throws whatever else fails
 */
export const startEvaluation = async ({
  iam,
  config,
  settings: { configRuleNames, maximumUsers },
}: StartDependencies): Promise<Start> => {
  if (maximumUsers !== undefined && (await iam.countUsers()) > maximumUsers) return 'HeldBack';
  try {
    await config.startEvaluation(configRuleNames);
    return 'EvaluationsStarted';
  } catch (error) {
    if (error instanceof LimitExceededException || error instanceof ResourceInUseException)
      return 'PutOff';
    throw error;
  }
};
