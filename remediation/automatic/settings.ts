import * as v from 'valibot';
import { InvalidEnvironmentError, parse, Text } from '../../rule/input/parse.ts';
import { PeriodHours, RoleArn } from '../plans/input.ts';

const Environment = v.object({
  RUNBOOK: v.picklist(['DeactivateAccessKey', 'DeleteInactiveAccessKey']),
  CONFIG_RULE_NAME: v.pipe(
    v.string(),
    v.regex(/^[\w-]{1,64}$/, '1 to 64 letters, digits, - and _'),
  ),
  DOCUMENT_NAME: Text,
  AUTOMATION_ROLE_ARN: RoleArn,
  DEACTIVATION_ROLE_ARN: RoleArn,
  PERIOD_HOURS: PeriodHours,
  NOTIFICATION_TOPIC_ARN: v.optional(Text),
  OWNER_TAG_KEY: v.optional(Text),
});

/** The settings that the function is deployed with. */
export type AutomaticSettings = {
  readonly Runbook: 'DeactivateAccessKey' | 'DeleteInactiveAccessKey';
  readonly ConfigRuleName: string;
  /** The name of the Automation document of the runbook. */
  readonly documentName: string;
  /** The role that executions of the runbook assume. */
  readonly automationRoleArn: string;
  /** The role of the runbook that deactivates keys. */
  readonly deactivationRoleArn: string;
  readonly accountId: string;
  readonly periodHours: number;
  /** Undefined if refusals are only logged. */
  readonly notificationTopicArn: string | undefined;
  /** Undefined if messages have no attribute `owner`. */
  readonly ownerTagKey: string | undefined;
};

/**
 * Parses the environment of the function.
 *
 * @throws {InvalidEnvironmentError} names the variable, what was expected and what it got
 */
export const parseAutomaticSettings = (
  environment: Readonly<Record<string, string | undefined>>,
): AutomaticSettings => {
  const error = (message: string) => new InvalidEnvironmentError(message);
  const given = parse(Environment, environment, { what: 'environment', error });
  return {
    Runbook: given.RUNBOOK,
    ConfigRuleName: given.CONFIG_RULE_NAME,
    documentName: given.DOCUMENT_NAME,
    automationRoleArn: given.AUTOMATION_ROLE_ARN,
    deactivationRoleArn: given.DEACTIVATION_ROLE_ARN,
    accountId: String(given.AUTOMATION_ROLE_ARN.split(':')[4]),
    periodHours: given.PERIOD_HOURS,
    notificationTopicArn: given.NOTIFICATION_TOPIC_ARN,
    ownerTagKey: given.OWNER_TAG_KEY,
  };
};
