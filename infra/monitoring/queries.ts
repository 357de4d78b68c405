import { Stack } from 'aws-cdk-lib';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { NodeFunction } from '../functions/node-function.ts';
import type { KeyEventTrigger } from '../key-events/key-event-trigger.ts';
import type { Messages } from '../messages/messages.ts';
import { EVALUATION_TIMEOUT, type UserRule } from '../rules/user-rule.ts';
import type { Planner } from '../runbooks/planner.ts';
import type { AutomaticRemediations } from '../runbooks/runbooks.ts';
import type { SecurityHubFindings } from '../security-hub/security-hub-findings.ts';

/** The constructs whose functions are monitored. */
export type Monitored = {
  readonly rule: UserRule;
  readonly inactiveRule: UserRule;
  readonly planner: Planner;
  readonly automatic?: AutomaticRemediations | undefined;
  readonly messages?: Messages | undefined;
  readonly trigger?: KeyEventTrigger | undefined;
  readonly findings?: SecurityHubFindings | undefined;
};

/** Returns the functions that exist, by the name that a dashboard shows. */
export const functionsOf = (monitored: Monitored): readonly (readonly [string, NodeFunction])[] => {
  const { rule, inactiveRule, planner, messages, trigger, findings, automatic = {} } = monitored;
  const functions = {
    rule: rule.evaluator,
    'inactive keys': inactiveRule.evaluator,
    planner,
    'key events': trigger?.starter,
    findings: findings?.importer,
    messages: messages?.publisher,
    'automatic deactivation': automatic.deactivation?.starter,
    'automatic deletion': automatic.deletion?.starter,
  };
  return Object.entries(functions).flatMap(([name, one]) => (one ? [[name, one] as const] : []));
};

/** The API calls of a sweep, in order. Its log line counts the attempts of each. */
const SWEEP_CALLS = [
  'GetComplianceDetailsByConfigRule',
  'ListUsers',
  'ListAccessKeys',
  'LookupEvents',
  'ListUserTags',
  'ListAttachedUserPolicies',
  'GetAccessKeyLastUsed',
  'PutEvaluations',
] as const;

/** The share of its timeout from which an evaluation is slow. */
const NEAR_TIMEOUT = 0.8;

const ofSweeps = 'filter message = "evaluated" and messageType = "ScheduledNotification"';

/** The saved queries over the log lines of the rules, by name. */
export const RULE_QUERIES = {
  Sweeps: [
    'fields @timestamp, ConfigRuleName, SuccessfulSweeps, Users, Violations, Exempt, ResultsSent, Duration',
    ofSweeps,
    'sort @timestamp desc',
  ],
  SlowEvaluations: [
    'fields @timestamp, ConfigRuleName, messageType, Users, Duration, Throttles, errorType',
    `filter message = "evaluated" and Duration >= ${NEAR_TIMEOUT * EVALUATION_TIMEOUT.toMilliseconds()}`,
    'sort @timestamp desc',
  ],
  Calls: [
    'filter message = "evaluated"',
    `stats sum(Throttles) as Throttled, ${SWEEP_CALLS.map((name) => `sum(${name}) as ${name}Calls`).join(', ')} by ConfigRuleName, bin(1d)`,
  ],
} as const;

/** The saved query over the log lines of key events. */
const KEY_EVENTS_HELD_BACK = [
  'fields @timestamp, KeyEvents, recommendation',
  'filter message = "key events" and start = "HeldBack"',
  'sort @timestamp desc',
];

/** The saved query over the log lines of all functions. Lambda itself writes the line of a timeout. */
export const FAILURES = [
  'fields @timestamp, @log, message, ConfigRuleName, errorType, errorMessage, failures, firstFailure.errorMessage, @message',
  'filter level = "ERROR" or failures > 0 or @message like /Task timed out|Status: (timeout|error)/',
  'sort @timestamp desc',
];

/** Returns the names of the log groups of functions. */
export const logGroupNames = (functions: readonly NodeFunction[]): string[] =>
  functions.map(({ logGroup }) => logGroup.logGroupName);

/**
 * Queries that CloudWatch Logs Insights lists in a folder with the name of the stack. They cost nothing until somebody
 * runs one.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_Insights-Saving-Queries.html
 */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, monitored: Monitored) {
    super(scope, id);
    const { rule, inactiveRule, trigger } = monitored;
    const evaluators = [rule.evaluator, inactiveRule.evaluator];
    for (const [name, lines] of Object.entries(RULE_QUERIES)) this.add(name, lines, evaluators);
    if (trigger !== undefined)
      this.add('KeyEventsHeldBack', KEY_EVENTS_HELD_BACK, [trigger.starter]);
    this.add(
      'Failures',
      FAILURES,
      functionsOf(monitored).map(([, one]) => one),
    );
  }

  private add(name: string, lines: readonly string[], functions: readonly NodeFunction[]): void {
    new CfnQueryDefinition(this, name, {
      name: `${Stack.of(this).stackName}/${name}`,
      queryString: lines.join('\n| '),
      logGroupNames: logGroupNames(functions),
    });
  }
}
