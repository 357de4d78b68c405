import { setTimeout } from 'node:timers/promises';
import { createWork } from '../clock.ts';
import type { BridgedEvent } from '../events/rules.ts';
import type { Iam, UserChange } from '../iam/iam.ts';
import {
  describeComplianceByConfigRule,
  getComplianceDetailsByConfigRule,
  getComplianceDetailsByResource,
} from './compliance.ts';
import { complianceChangeEvent } from './compliance-change.ts';
import { createDeliveries, type EvaluationStart } from './deliveries.ts';
import { createRecorder, listDiscoveredResources } from './recorder.ts';
import { createRemediation, remediationOperations } from './remediation.ts';
import type { AutomationDeps } from './remediation-executions.ts';
import { createEvaluations } from './results.ts';
import {
  createRules,
  describeConfigRules,
  isTriggeredBy,
  startConfigRulesEvaluation,
} from './rules.ts';

/** What AWS Config works with: the account's users, its functions and its runbooks. */
type ConfigDeps = AutomationDeps & {
  readonly now: () => Date;
  readonly accountId: string;
  readonly region: string;
  readonly iam: Iam;
  readonly invokeFunction: (functionArn: string, event: unknown) => Promise<void>;
  /** Takes what EventBridge is told. @default nobody does */
  readonly putEvent?: ((event: BridgedEvent) => void) | undefined;
  readonly pageSize?: number | undefined;
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
  const remediation = createRemediation({ ...deps, rules, work });
  const evaluations = createEvaluations({
    ...{ ...deps, ...deliveries, ...remediation },
    onComplianceChange: (rule, result, before) =>
      deps.putEvent?.(complianceChangeEvent({ rule, result, before }, deps)),
  });
  return { work, rules, recorder, deliveries, remediation, evaluations };
};

const operationsOf = (deps: ConfigDeps, services: ReturnType<typeof createServices>) => {
  const pageSize = deps.pageSize ?? Number.POSITIVE_INFINITY;
  const sources = { ...deps, ...services, pageSize };
  return {
    DescribeConfigRules: describeConfigRules(services.rules, pageSize),
    StartConfigRulesEvaluation: startConfigRulesEvaluation(sources),
    PutEvaluations: services.evaluations.putEvaluations,
    GetComplianceDetailsByConfigRule: getComplianceDetailsByConfigRule(sources),
    GetComplianceDetailsByResource: getComplianceDetailsByResource(sources),
    DescribeComplianceByConfigRule: describeComplianceByConfigRule(sources),
    ListDiscoveredResources: listDiscoveredResources(deps.iam, pageSize),
    ...services.recorder.operations,
    ...remediationOperations(services.remediation, pageSize),
  };
};

/**
 * The account's AWS Config: rules, their evaluation, its results, and remediation.
 *
 * A changed user is told at once to the rules that ask for it; a schedule runs when `deliverSchedule` says so.
 * A page holds at most `pageSize` items, whatever was asked for.
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
    /** The configuration recorder; the one the account begins with records users. */
    recorder,
    /** @throws {ServiceError} InvalidParameterValueException, NoAvailableConfigurationRecorderException */
    putConfigRule: (properties: unknown) => {
      recorder.required();
      return rules.put(properties);
    },
    /** @throws {ServiceError} InvalidParameterValueException, NoSuchConfigRuleException */
    putRemediationConfiguration: (properties: unknown) => remediation.put(properties),
    /** Evaluates the rule as AWS Config does by itself once it is created. */
    evaluateNewRule: (ruleName: string) => deliveries.evaluate(rules.named(ruleName)),
    /** Runs the rule's schedule; resolves when its function has answered. */
    deliverSchedule: async (ruleName: string) => {
      const rule = rules.named(ruleName);
      if (!isTriggeredBy(rule, 'ScheduledNotification'))
        throw new Error(`the rule ${ruleName} has no schedule`);
      await deliveries.deliverSchedule(rule);
    },
    /** Tells the rule of a user, by id alone: its configuration item is too large to send. */
    deliverOversizedChange: (ruleName: string, user: UserChange['user']) =>
      deliveries.deliverOversized(rules.named(ruleName), user),
    /** From now on PutEvaluations fails for these resources, and only for these. */
    failEvaluationsOf: evaluations.failEvaluationsOf,
    /** A delivery, an evaluation or a remediation is under way. */
    isUnderWay,
    /** Resolves when none is; throws what failed meanwhile. */
    settled: async () => {
      await work.ended();
      while (isUnderWay()) {
        await setTimeout(10);
        await work.ended();
      }
    },
  };
};
