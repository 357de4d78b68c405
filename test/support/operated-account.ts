import * as v from 'valibot';
import type { Plan } from '../../remediation/plans/plan.ts';
import { createClock } from '../local-account/clock.ts';
import { lookupEvents } from '../local-account/cloudtrail/lookup-events.ts';
import type { Call } from '../local-account/dispatch.ts';
import type { AutomationExecution } from '../local-account/ssm/execution.ts';
import { daysBefore } from './build.ts';
import { createDeployedAccounts, type DeployedAccount } from './deployed-account.ts';
import { liveUntilNow, type RandomUser } from './random-users.ts';

const MINUTE = 60_000;
export const RUNBOOKS = ['deactivate', 'reactivate', 'deleteInactive'] as const;
export type RunbookName = (typeof RUNBOOKS)[number];

/** The outcome of a plan that acts, and the step that writes, per runbook. */
export const ACTS = {
  deactivate: { outcome: 'Deactivate', step: 'DeactivateAccessKey' },
  reactivate: { outcome: 'Reactivate', step: 'ReactivateAccessKey' },
  deleteInactive: { outcome: 'Delete', step: 'DeleteAccessKey' },
} as const;

/** Whether an IAM call only reads. */
const isRead = ({ operation }: Call) => /^(Get|List)/.test(operation);

const Rules = v.object({ ConfigRules: v.array(v.record(v.string(), v.unknown())) });
const Details = v.object({
  EvaluationResults: v.array(
    v.object({
      ComplianceType: v.string(),
      Annotation: v.optional(v.string(), ''),
      EvaluationResultIdentifier: v.object({
        EvaluationResultQualifier: v.object({ ResourceId: v.string() }),
      }),
    }),
  ),
});

/** The members of a described rule that PutConfigRule accepts. */
const PROPERTIES = ['ConfigRuleName', 'Description', 'Scope', 'Source'];

const texts = (values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );

/** Returns the plans of an execution: one, or two. */
export const plansOf = ({ StepExecutions }: AutomationExecution): readonly Plan[] =>
  StepExecutions.filter(({ StepName }) => /^Plan/.test(StepName)).flatMap(({ Outputs }) => {
    const payload = Outputs['Payload']?.[0];
    return payload === undefined ? [] : (JSON.parse(payload) as Plan);
  });

/** Returns the outcome and the reason of an execution. */
export const endOf = ({
  AutomationExecutionStatus,
  FailureMessage = '',
  Outputs,
}: AutomationExecution) => {
  const output = (name: string) => Outputs[`Report.${name}`]?.[0] ?? '';
  if (AutomationExecutionStatus === 'Success')
    return { outcome: output('Outcome'), reason: output('Reason'), id: output('AccessKeyId') };
  const [, outcome = 'Failed', reason = FailureMessage] =
    FailureMessage.match(/\b(Refused|Unverified): (.*)/s) ?? [];
  return { outcome, reason, id: '' };
};

const setParameters = ({ config }: DeployedAccount, name: string, parameters: object) => {
  const { DescribeConfigRules } = config.operations;
  const described = v.parse(Rules, DescribeConfigRules?.({ ConfigRuleNames: [name] }, 'test'));
  const [rule = {}] = described.ConfigRules;
  const properties = Object.fromEntries(
    Object.entries(rule).filter(([member]) => PROPERTIES.includes(member)),
  );
  config.putConfigRule({ ...properties, InputParameters: texts({ ...parameters }) });
};

/** Sweeps the account and returns the recorded results by user id. */
const sweep = async ({ config }: DeployedAccount, ConfigRuleName: string) => {
  await config.deliverSchedule(ConfigRuleName);
  const { GetComplianceDetailsByConfigRule } = config.operations;
  const input = { ConfigRuleName, Limit: 100 };
  const details = v.parse(Details, GetComplianceDetailsByConfigRule(input, 'test'));
  return new Map(
    details.EvaluationResults.map(({ ComplianceType, Annotation, EvaluationResultIdentifier }) => [
      EvaluationResultIdentifier.EvaluationResultQualifier.ResourceId,
      { verdict: ComplianceType, annotation: Annotation },
    ]),
  );
};

/** One of the two rules. */
export type RuleKind = 'single' | 'inactive';

/** The parameters of the rules. */
export type Parameters = {
  readonly single?: object;
  readonly inactive?: object;
  /** Milliseconds. */
  readonly cloudTrailDelay?: number;
};

/** Synthesizes the stack once, and creates accounts with random users and parameters. */
export const createOperatedAccounts = () => {
  const createAccount = createDeployedAccounts({ dashboard: false });

  return async (
    users: readonly RandomUser[],
    { single = {}, inactive = {}, cloudTrailDelay = 0 }: Parameters,
  ) => {
    const clock = createClock({ start: daysBefore(100) });
    const account = await createAccount({}, { ...clock, cloudTrailDelay });
    const ruleName = (rule: RuleKind) =>
      rule === 'single' ? account.ConfigRuleName : account.InactiveConfigRuleName;
    // CloudTrail admits two requests a second, so time passes between them.
    const now = () => {
      clock.advance(500);
      return clock.now();
    };
    const { history: visible } = account.cloudtrail;
    const { region } = account;
    account.register('cloudtrail', { LookupEvents: lookupEvents({ visible, now, region }) });
    setParameters(account, account.ConfigRuleName, single);
    setParameters(account, account.InactiveConfigRuleName, inactive);
    const lived = await liveUntilNow(account, clock, users);
    const executions: { readonly runbook: RunbookName; readonly id: string }[] = [];
    const runbooks = {
      deactivate: account.runbook('deactivate'),
      reactivate: account.runbook('reactivate'),
      deleteInactive: account.runbook('deleteInactive'),
    };
    const runbookOf = ({ DocumentName }: AutomationExecution) => {
      const { outputs } = account;
      if (DocumentName === outputs['DeactivationRunbookName']) return 'deactivate';
      return DocumentName === outputs['DeletionRunbookName'] ? 'deleteInactive' : 'reactivate';
    };
    account.ssm.onStep((_, id) => {
      if (executions.every((one) => one.id !== id))
        executions.push({ id, runbook: runbookOf(account.ssm.execution(id)) });
    });
    /** Waits for the end of an execution. If it waits, half an hour of the account passes. */
    const ended = async (id: string) => {
      await account.ssm.waiting(id).then(
        () => clock.advance(30 * MINUTE),
        () => {},
      );
      await account.ssm.finished(id);
    };

    return {
      ...account,
      clock,
      users: lived,
      sweep: (rule: RuleKind) => sweep(account, ruleName(rule)),
      roleOf: (runbook: RunbookName) => runbooks[runbook].role,
      /** All executions in the order of their start. */
      executions: () =>
        executions.map(({ id, runbook }) => ({ runbook, execution: account.ssm.execution(id) })),
      ends: () => executions.map(({ id }) => endOf(account.ssm.execution(id))),
      start: (runbook: RunbookName, parameters: Readonly<Record<string, string>>) =>
        runbooks[runbook].start(parameters),
      ended,
      /** Runs a runbook to its end. */
      operate: async (runbook: RunbookName, parameters: Readonly<Record<string, string>>) => {
        const id = runbooks[runbook].start(parameters);
        await ended(id);
        return endOf(account.ssm.execution(id));
      },
      /** Remediates these users like the Remediate button. Returns the outcomes by user id. */
      remediate: async (rule: RuleKind, userIds: readonly string[]) => {
        const begun = executions.length;
        const ResourceKeys = userIds.map((resourceId) => ({
          resourceType: 'AWS::IAM::User',
          resourceId,
        }));
        const input = { ConfigRuleName: ruleName(rule), ResourceKeys };
        const operation = 'StartRemediationExecution';
        await account.call({ service: 'config', operation, input, principal: 'operator' });
        await account.settled();
        clock.advance(30 * MINUTE);
        await account.settled();
        return new Map(
          executions.slice(begun).map(({ id }) => {
            const execution = account.ssm.execution(id);
            return [execution.Parameters['UserId']?.[0] ?? '', endOf(execution)];
          }),
        );
      },
      /** The IAM writes, except those of operators. */
      writes: () =>
        account.calls.filter(
          (call) => call.service === 'iam' && !isRead(call) && call.principal !== 'operator',
        ),
    };
  };
};

export type OperatedAccount = Awaited<ReturnType<ReturnType<typeof createOperatedAccounts>>>;
