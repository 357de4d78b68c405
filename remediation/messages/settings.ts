import * as v from 'valibot';
import { InvalidEnvironmentError, parse, Text } from '../../rule/input/parse.ts';
import { PeriodHours, RoleArn } from '../plans/input.ts';
import type { MessageRule } from './texts.ts';

const RuleName = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, '1 to 64 letters, digits, - and _'));
const TrueOrFalse = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((text) => text === 'true'),
);

const Environment = v.object({
  NOTIFICATION_TOPIC_ARN: Text,
  OWNER_TAG_KEY: v.optional(Text),
  CONFIG_RULE_NAME: RuleName,
  INACTIVE_CONFIG_RULE_NAME: RuleName,
  AUTOMATIC_REMEDIATION: TrueOrFalse,
  AUTOMATIC_DELETION: TrueOrFalse,
  PERIOD_HOURS: PeriodHours,
  DEACTIVATION_ROLE_ARN: RoleArn,
  AWS_REGION: Text,
});

/** A rule whose violations are announced, and whether a function remediates them on a schedule. */
type AnnouncedRule = MessageRule & { readonly isAutomatic: boolean };

/** The settings that the function is deployed with. */
export type MessageSettings = {
  readonly notificationTopicArn: string;
  /** Undefined if messages have no attribute `owner`. */
  readonly ownerTagKey: string | undefined;
  readonly rules: readonly AnnouncedRule[];
  /** Hours between two schedules of automatic mode. */
  readonly periodHours: number;
  /** The role of the runbook that deactivates keys. */
  readonly deactivationRoleArn: string;
  readonly accountId: string;
  readonly region: string;
};

/**
 * Parses the environment of the function. The role belongs to the account of the function.
 *
 * @throws {InvalidEnvironmentError} names the variable, what was expected and what it got
 */
export const parseMessageSettings = (
  environment: Readonly<Record<string, string | undefined>>,
): MessageSettings => {
  const error = (message: string) => new InvalidEnvironmentError(message);
  const given = parse(Environment, environment, { what: 'environment', error });
  const accountId = String(given.DEACTIVATION_ROLE_ARN.split(':')[4]);
  return {
    notificationTopicArn: given.NOTIFICATION_TOPIC_ARN,
    ownerTagKey: given.OWNER_TAG_KEY,
    rules: [
      {
        Runbook: 'DeactivateAccessKey',
        ConfigRuleName: given.CONFIG_RULE_NAME,
        accountId,
        isAutomatic: given.AUTOMATIC_REMEDIATION,
      },
      {
        Runbook: 'DeleteInactiveAccessKey',
        ConfigRuleName: given.INACTIVE_CONFIG_RULE_NAME,
        accountId,
        isAutomatic: given.AUTOMATIC_DELETION,
      },
    ],
    periodHours: given.PERIOD_HOURS,
    deactivationRoleArn: given.DEACTIVATION_ROLE_ARN,
    accountId,
    region: given.AWS_REGION,
  };
};
