import * as v from 'valibot';
import { createWork } from '../clock.ts';
import { operation, ServiceError } from '../dispatch.ts';
import type { BridgedEvent } from '../events/rules.ts';
import type { Iam, UserChange } from '../iam/iam.ts';
import type { Schedules } from '../schedules.ts';
import {
  complianceChangeEvent,
  getComplianceDetailsByConfigRule,
  getComplianceDetailsByResource,
} from './compliance.ts';
import { createDeliveries, type EvaluationStart } from './deliveries.ts';
import { createRecorder } from './recorder.ts';
import { createRemediation, remediationOperations } from './remediation.ts';
import type { AutomationDeps } from './remediation-executions.ts';
import { createEvaluations } from './results.ts';
import {
  ConfigRuleNames,
  createRules,
  describeConfigRules,
  isTriggeredBy,
  type LocalRule,
  periodOf,
  text,
} from './rules.ts';
import { summaryOperations } from './summaries.ts';

/** What AWS Config needs from the account: users, functions and runbooks. */
type ConfigDeps = AutomationDeps & {
  readonly now: () => Date;
  readonly accountId: string;
  readonly region: string;
  readonly iam: Iam;
  readonly invokeFunction: (functionArn: string, event: unknown) => Promise<void>;
  /** Receives the events for EventBridge. @default events are dropped */
  readonly putEvent?: ((event: BridgedEvent) => void) | undefined;
  readonly pageSize?: number | undefined;
  /** Runs the schedules of rules. @default they run only when a caller calls `deliverSchedule` */
  readonly schedules?: Schedules | undefined;
  /** @default 'schedule' */
  readonly evaluationStart?: EvaluationStart | undefined;
  /** @default true */
  readonly dropsOlderResults?: boolean | undefined;
};

const createServices = (deps: ConfigDeps) => {
  const work = createWork('AWS Config');
  const rules = createRules(deps);
  const recorder = createRecorder(deps);
  const deliveries = createDeliveries(deps);
  const remediation = createRemediation({ ...deps, rules });
  const evaluations = createEvaluations({
    ...{ ...deps, ...deliveries },
    onComplianceChange: (rule, result, before) =>
      deps.putEvent?.(complianceChangeEvent({ rule, result, before }, deps)),
  });
  return { work, rules, recorder, deliveries, remediation, evaluations };
};

type ConfigServices = ReturnType<typeof createServices>;

const refuseTooEarly = (rule: LocalRule, at: Date) => {
  const sinceStart = at.getTime() - (rule.startedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  if (rule.evaluationsUnderWay === 0 && sinceStart >= 60_000) return;
  const name = rule.properties.ConfigRuleName;
  const message = `${name} is being evaluated, or was started less than a minute ago`;
  throw new ServiceError('LimitExceededException', message);
};

/**
 * StartConfigRulesEvaluation: evaluates each rule at most once a minute and not during an evaluation.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html
 */
const startConfigRulesEvaluation = (now: () => Date, { rules, deliveries, work }: ConfigServices) =>
  operation(
    v.strictObject({ ConfigRuleNames: v.pipe(ConfigRuleNames, v.minLength(1)) }),
    (input) => {
      const at = now();
      const chosen = [...new Set(input.ConfigRuleNames.map(rules.named))];
      for (const rule of chosen) refuseTooEarly(rule, at);
      for (const rule of chosen) {
        rule.startedAt = at;
        work.begin(() => deliveries.evaluate(rule));
      }
      return {};
    },
  );

/**
 * DeleteEvaluationResults: deletes the results of a rule. AWS does not document that compliance changes.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_DeleteEvaluationResults.html
 */
const deleteEvaluationResults = ({ rules, evaluations }: ConfigServices) =>
  operation(v.strictObject({ ConfigRuleName: text(1, 64) }), ({ ConfigRuleName }) => {
    evaluations.deleteResultsOf(rules.named(ConfigRuleName));
    return {};
  });

const operationsOf = (deps: ConfigDeps, services: ConfigServices) => {
  const pageSize = deps.pageSize ?? Number.POSITIVE_INFINITY;
  const sources = { ...deps, ...services, pageSize };
  return {
    DescribeConfigRules: describeConfigRules(services.rules, pageSize),
    StartConfigRulesEvaluation: startConfigRulesEvaluation(deps.now, services),
    PutEvaluations: services.evaluations.putEvaluations,
    DeleteEvaluationResults: deleteEvaluationResults(services),
    GetComplianceDetailsByConfigRule: getComplianceDetailsByConfigRule(sources),
    GetComplianceDetailsByResource: getComplianceDetailsByResource(sources),
    ...summaryOperations(sources),
    ...services.recorder.operations,
    ...remediationOperations(services.remediation, pageSize),
  };
};

/** Starts the schedule of a rule, the first time one period from now. */
const startSchedule = (
  rule: LocalRule,
  schedules: Schedules | undefined,
  { deliveries, work }: ConfigServices,
) => {
  const period = periodOf(rule);
  if (period === undefined) return;
  schedules?.put(rule.ConfigRuleArn, {
    nextAfter: (instant) => instant + period,
    act: (due) => work.begin(() => deliveries.deliverSchedule(rule, due)),
  });
};

/**
 * Creates AWS Config: rules, evaluations, results and remediation.
 *
 * A changed user triggers its rules at once.
 */
export const createConfig = (deps: ConfigDeps) => {
  const services = createServices(deps);
  const { work, rules, recorder, deliveries, remediation, evaluations } = services;

  deps.iam.onUserChange((change) => {
    for (const rule of rules.all()) work.begin(() => deliveries.deliverChange(rule, change));
  });

  const isUnderWay = () => work.isUnderWay() || rules.areEvaluated() || remediation.isUnderWay();

  return {
    operations: operationsOf(deps, services),
    /** The configuration recorder; the default one records users. */
    recorder,
    /** @throws {ServiceError} InvalidParameterValueException, NoAvailableConfigurationRecorderException */
    putConfigRule: (properties: unknown) => {
      recorder.required();
      const rule = rules.put(properties);
      startSchedule(rule, deps.schedules, services);
      return rule;
    },
    /** @throws {ServiceError} InvalidParameterValueException, NoSuchConfigRuleException */
    putRemediationConfiguration: (properties: unknown) => remediation.put(properties),
    /** Evaluates the rule, as AWS Config does with a new rule. */
    evaluateNewRule: (ruleName: string) => deliveries.evaluate(rules.named(ruleName)),
    /** Runs the schedule of the rule; resolves when its function has ended. */
    deliverSchedule: async (ruleName: string) => {
      const rule = rules.named(ruleName);
      if (!isTriggeredBy(rule, 'ScheduledNotification'))
        throw new Error(`the rule ${ruleName} has no schedule`);
      await deliveries.deliverSchedule(rule);
    },
    /** Sends a change to a rule. AWS Config can send any status and scope for a user that exists. */
    deliverChange: (ruleName: string, change: Parameters<typeof deliveries.deliverChange>[1]) =>
      deliveries.deliverChange(rules.named(ruleName), change),
    /** Sends a change whose configuration item is too large: the rule gets only the id of the user. */
    deliverOversizedChange: (ruleName: string, user: UserChange['user']) =>
      deliveries.deliverOversized(rules.named(ruleName), user),
    /** Makes PutEvaluations fail for these resources from now on. */
    failEvaluationsOf: evaluations.failEvaluationsOf,
    /** Whether a delivery, an evaluation or a remediation is in progress. */
    isUnderWay,
    /** Resolves when none is in progress; throws failures of background work. */
    settled: () => work.settled(isUnderWay),
  };
};
