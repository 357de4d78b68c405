import type { Work } from '../work.ts';
import {
  type AutomationDeps,
  createExecutions,
  type RemediationExecution,
} from './remediation-executions.ts';
import {
  parseRemediationConfiguration,
  type RemediationProperties,
} from './remediation-properties.ts';
import type { LocalRule, Rules } from './rules.ts';

const UNDER_WAY: ReadonlySet<string> = new Set(['QUEUED', 'IN_PROGRESS']);

/** The default of MaximumAutomaticAttempts. */
const AUTOMATIC_ATTEMPTS = 5;

/** What remediation needs: SSM Automation, the clock, the rules, and who works behind a caller's back. */
type RemediationDeps = AutomationDeps & {
  readonly now: () => Date;
  readonly rules: Rules;
  readonly work: Work;
};

type Remediation = {
  readonly properties: RemediationProperties;
  readonly Arn: string;
  /** By resource id, the latest one last. */
  readonly executions: Map<string, RemediationExecution[]>;
};

const allExecutions = ({ executions }: Remediation) => [...executions.values()].flat();

/** The remediation configurations of the account, at most one a rule, and their executions. */
export const createRemediation = ({ rules, work, ...deps }: RemediationDeps) => {
  const byRuleName = new Map<string, Remediation>();
  const { stateOf, start, describe } = createExecutions(deps);

  const isUnderWay = (execution: RemediationExecution) => UNDER_WAY.has(stateOf(execution));
  const goesOn = (execution: RemediationExecution) =>
    isUnderWay(execution) && deps.isResting?.(execution.AutomationExecutionId ?? '') !== true;

  const begin = async (remediation: Remediation, resourceId: string, automatic: boolean) => {
    const InvocationTime = deps.now();
    const execution: RemediationExecution = { resourceId, automatic, InvocationTime };
    const earlier = remediation.executions.get(resourceId) ?? [];
    remediation.executions.set(resourceId, [...earlier, execution]);
    await start(remediation.properties, execution);
    return execution;
  };

  return {
    describe,
    begin,
    find: (ConfigRuleName: string) => byRuleName.get(ConfigRuleName),
    isBusyWith: ({ executions }: Remediation, resourceId: string) =>
      executions.get(resourceId)?.some(isUnderWay) ?? false,
    /** One goes on without a signal, or a clock that is moved. */
    isUnderWay: () => [...byRuleName.values()].flatMap(allExecutions).some(goesOn),
    put: (given: unknown) => {
      const properties = parseRemediationConfiguration(given);
      const { ConfigRuleArn } = rules.named(properties.ConfigRuleName);
      const Arn = ConfigRuleArn.replace(':config-rule/', ':remediation-configuration/');
      byRuleName.set(properties.ConfigRuleName, { properties, Arn, executions: new Map() });
    },
    /** Starts an automatic remediation, unless one is under way or too many of them failed. */
    onNonCompliant: (rule: LocalRule, resourceId: string) => {
      const remediation = byRuleName.get(rule.properties.ConfigRuleName);
      if (remediation?.properties.Automatic !== true) return;
      const earlier = remediation.executions.get(resourceId) ?? [];
      const failed = earlier.filter((one) => one.automatic && stateOf(one) === 'FAILED');
      const attempts = remediation.properties.MaximumAutomaticAttempts ?? AUTOMATIC_ATTEMPTS;
      if (earlier.some(isUnderWay) || failed.length >= attempts) return;
      work.begin(async () => void (await begin(remediation, resourceId, true)));
    },
  };
};

export type RemediationConfigurations = ReturnType<typeof createRemediation>;
