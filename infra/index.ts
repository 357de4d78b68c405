/**
 * The public API of the package, for other CDK apps.
 *
 * `SingleAccessKeyStack` contains everything. The other constructs are its parts, for a stack of your own. README.md and
 * docs/ways-in.md have examples.
 */
export { InvalidParameterError } from '../rule/input/parameter.ts';
export {
  KeyEventTrigger,
  type KeyEventTriggerProps,
  WrongRegionError,
} from './key-events/key-event-trigger.ts';
export { Alarms, type AlarmsProps } from './monitoring/alarms.ts';
export { Dashboard, type DashboardProps } from './monitoring/dashboard.ts';
export { type Monitored, SavedQueries } from './monitoring/queries.ts';
export { addOutputs } from './outputs.ts';
export {
  InactiveAccessKeyRule,
  type InactiveAccessKeyRuleProps,
  SingleAccessKeyRule,
  type SingleAccessKeyRuleProps,
} from './rules/access-key-rules.ts';
export type { UserRule } from './rules/user-rule.ts';
export { Planner } from './runbooks/planner.ts';
export type { Runbook } from './runbooks/runbook.ts';
export {
  type AutomaticRemediations,
  createRemediations,
  createRunbooks,
  type Runbooks,
} from './runbooks/runbooks.ts';
export {
  SecurityHubFindings,
  type SecurityHubFindingsProps,
} from './security-hub/security-hub-findings.ts';
export type { SettingProps } from './settings/props.ts';
export { SingleAccessKeyStack, type SingleAccessKeyStackProps } from './stack.ts';
