/**
 * What another CDK app can import, where this repository is installed as a package.
 *
 * `SingleAccessKeyStack` is everything at once; the others are its parts, for a stack of one's own: README.md and
 * docs/ways-in.md have an example of each.
 */
export { InvalidParameterError } from '../rule/parameter.ts';
export { Alarms, type AlarmsProps } from './alarms.ts';
export { Dashboard, type DashboardProps } from './dashboard.ts';
export { WrongRegionError } from './iam-region.ts';
export {
  InactiveAccessKeyRule,
  type InactiveAccessKeyRuleProps,
} from './inactive-access-key-rule.ts';
export type { KeyEventFunctionProps as KeyEventTriggerProps } from './key-event-function.ts';
export { KeyEventTrigger } from './key-event-trigger.ts';
export { MetricsLink, type MetricsLinkProps } from './metrics-link.ts';
export { addOutputs } from './outputs.ts';
export { Planner } from './planner.ts';
export type { Runbook } from './runbook.ts';
export { createRemediations, createRunbooks, type Runbooks } from './runbooks.ts';
export { SecurityHubFindings, type SecurityHubFindingsProps } from './security-hub-findings.ts';
export { DEFAULT_SETTINGS, InvalidSettingError, parseSettings, type Settings } from './settings.ts';
export { SingleAccessKeyRule, type SingleAccessKeyRuleProps } from './single-access-key-rule.ts';
export { SingleAccessKeyStack, type SingleAccessKeyStackProps } from './stack.ts';
export type { UserRule } from './user-rule.ts';
