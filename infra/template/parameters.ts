import { INACTIVE_RULE_PARAMETERS, RULE_PARAMETERS } from '../../rule/evaluation/parameters.ts';
import { TAG_KEY } from '../../rule/input/parameter.ts';
import { SEVERITIES } from '../../rule/security-hub/settings.ts';
import {
  APPROVAL_TOPIC_ARN,
  APPROVERS,
  RETENTION_DAYS,
  RULE_NAME,
  SINK_ARN,
  TOPIC_ARN,
} from '../settings/schemas.ts';
import {
  DEFAULT_SETTINGS,
  FREQUENCIES,
  InvalidSettingError,
  type Settings,
} from '../settings/settings.ts';
import { oneWayOf, optionalList, optionalText, yesOrNo } from './choice-parameters.ts';
import type { SettingParameter } from './setting-parameter.ts';
import { oneOf, oneOfNumbers, text, wholeNumber } from './value-parameters.ts';

/** Every setting as a parameter of the template, by the setting's name. */
export const SETTING_PARAMETERS: {
  readonly [Name in keyof Settings]-?: SettingParameter<Settings[Name]>;
} = {
  configRuleName: text(RULE_NAME, DEFAULT_SETTINGS.configRuleName),
  triggers: oneWayOf(['hybrid', 'schedule'], DEFAULT_SETTINGS.triggers),
  maximumExecutionFrequency: oneWayOf(FREQUENCIES, DEFAULT_SETTINGS.maximumExecutionFrequency),
  maxActiveAccessKeys: wholeNumber(RULE_PARAMETERS.maxActiveAccessKeys),
  countInactiveAccessKeys: yesOrNo(RULE_PARAMETERS.countInactiveAccessKeys.default),
  rotationGraceDays: wholeNumber(RULE_PARAMETERS.rotationGraceDays),
  exemptionTagKey: optionalText(TAG_KEY),
  minimumIdleDays: wholeNumber(RULE_PARAMETERS.minimumIdleDays),
  refreshDays: wholeNumber(RULE_PARAMETERS.refreshDays),
  inactiveConfigRuleName: text(RULE_NAME, DEFAULT_SETTINGS.inactiveConfigRuleName),
  maxInactiveDays: wholeNumber(INACTIVE_RULE_PARAMETERS.maxInactiveDays),
  automaticRemediation: yesOrNo(DEFAULT_SETTINGS.automaticRemediation),
  automaticDeletion: yesOrNo(DEFAULT_SETTINGS.automaticDeletion),
  approvers: optionalList(APPROVERS),
  approvalTopicArn: optionalText(APPROVAL_TOPIC_ARN),
  keyEvents: yesOrNo(DEFAULT_SETTINGS.keyEvents),
  securityHubFindings: yesOrNo(DEFAULT_SETTINGS.securityHubFindings),
  findingSeverity: oneOf(SEVERITIES, DEFAULT_SETTINGS.findingSeverity),
  alarmTopicArn: optionalText(TOPIC_ARN),
  notificationTopicArn: optionalText(TOPIC_ARN),
  dashboard: yesOrNo(DEFAULT_SETTINGS.dashboard),
  monitoringSinkArn: optionalText(SINK_ARN),
  logRetentionInDays: oneOfNumbers(RETENTION_DAYS, DEFAULT_SETTINGS.logRetentionInDays),
};

/** The parameter of a setting: `ConfigRuleName` of `configRuleName`. */
export const parameterNameOf = (setting: string): string =>
  `${setting.charAt(0).toUpperCase()}${setting.slice(1)}`;

const textOf = (setting: string, value: unknown): string => {
  if (!Array.isArray(value)) return String(value ?? '');
  const withComma = value.find((item) => String(item).includes(','));
  if (withComma === undefined) return value.join(',');
  throw new InvalidSettingError(
    `${setting} must be names without commas in a template, got ${JSON.stringify(withComma)}`,
  );
};

/**
 * The values of the template's parameters with which it is what these settings make; nothing is an empty text.
 *
 * @throws {InvalidSettingError} when the name of an approver has a comma
 */
export const parameterValuesOf = (settings: Settings): Record<string, string> => {
  const given = new Map<string, unknown>(Object.entries(settings));
  return Object.fromEntries(
    Object.keys(SETTING_PARAMETERS).map((setting) => [
      parameterNameOf(setting),
      textOf(setting, given.get(setting)),
    ]),
  );
};
