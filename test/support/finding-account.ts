import { onTestFinished } from 'vitest';
import { createClients } from '../../rule/aws/clients.ts';
import { findingId } from '../../rule/security-hub/asff.ts';
import { createHandler } from '../../rule/security-hub/handler.ts';
import { createSecurityHub } from '../../rule/security-hub/security-hub.ts';
import { ServiceError } from '../local-account/dispatch.ts';
import type { StoredFinding } from '../local-account/securityhub/import-findings.ts';
import { createSecurityHub as createLocalHub } from '../local-account/securityhub/securityhub.ts';
import { findingSettings, inactiveRule, singleRule } from './findings.ts';
import { ruleProperties, serveAccount } from './served-account.ts';

/** The event of the daily schedule. */
export const SCHEDULE = { source: 'aws.events', 'detail-type': 'Scheduled Event' };

/** Returns the event of a change of compliance of a user. */
export const change = (
  resourceId: string,
  configRuleName = singleRule.name,
  complianceType = 'NON_COMPLIANT',
) => ({
  source: 'aws.config',
  'detail-type': 'Config Rules Compliance Change',
  detail: {
    configRuleName,
    resourceType: 'AWS::IAM::User',
    resourceId,
    newEvaluationResult: { complianceType },
  },
});

/** Returns the id of the finding of a user. */
export const idOf = (UserId: string, rule = singleRule) => findingId(rule, UserId);

type Operation = (input: unknown, principal: string) => unknown;

/** Serves IAM, Config with both rules, and Security Hub; a test moves their clock and invokes the function. */
export const openFindingAccount = async ({ pageSize }: { readonly pageSize?: number } = {}) => {
  const account = await serveAccount({ pageSize });
  onTestFinished(account.close);
  const now = () => account.clock.now;
  const hub = createLocalHub({ accountId: '123456789012', region: 'us-east-1', now, pageSize });
  account.dispatcher.register('securityhub', hub.operations);
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  for (const ConfigRuleName of [singleRule.name, inactiveRule.name])
    account.config.putConfigRule({ ...ruleProperties(), ConfigRuleName });
  const lines: string[] = [];
  const services = { config: account.config, iam: account.iam, securityhub: hub };
  const operationOf = (service: keyof typeof services, name: string) =>
    (services[service].operations as Record<string, Operation>)[name] as Operation;
  /** Replaces an operation. The replacement can call the original one. */
  const replace = (
    service: keyof typeof services,
    name: string,
    operation: (input: Record<string, unknown>, original: () => unknown) => unknown,
  ) => {
    const original = operationOf(service, name);
    account.dispatcher.register(service, {
      [name]: (input, principal) => operation(Object(input), () => original(input, principal)),
    });
  };
  const found = (): StoredFinding[] => [...hub.findings.values()];

  return {
    ...{ account, hub, lines, found },
    line: () => JSON.parse(lines.at(-1) ?? ''),
    /** The record state of each finding by id. */
    states: (): Record<string, string> =>
      Object.fromEntries(found().map(({ Id, RecordState }) => [Id, RecordState])),
    inputsOf: (operation: string): { Findings: unknown[] }[] =>
      account.dispatcher.calls
        .filter((call) => call.operation === operation)
        .map(({ input }) => input as { Findings: unknown[] }),

    /** Creates users with two active keys and returns their ids. */
    seed: (...names: string[]): string[] =>
      names.map((UserName) => account.iam.seedUser({ UserName, keys: [{}, {}] }).UserId),
    /** Records a result of each of these users in Config. */
    record: async (types: Readonly<Record<string, string>>, ruleName = singleRule.name) => {
      const all = Object.entries(types).map(([ComplianceResourceId, ComplianceType]) => ({
        ComplianceResourceType: 'AWS::IAM::User',
        ComplianceResourceId,
        ComplianceType,
        Annotation: `${ComplianceType} of AKIAIOSFODNN7EXAMPLE`,
        OrderingTimestamp: account.clock.now.getTime() / 1000,
      }));
      account.rule.whenInvoked = async ({ resultToken: ResultToken }) => {
        for (let begin = 0; begin < all.length; begin += 100) {
          const Evaluations = all.slice(begin, begin + 100);
          account.config.operations.PutEvaluations({ Evaluations, ResultToken }, 'operator');
        }
      };
      await account.config.deliverSchedule(ruleName);
    },
    iam: (operation: string, input: object) => operationOf('iam', operation)(input, 'operator'),
    later: (minutes: number) => {
      account.clock.now = new Date(account.clock.now.getTime() + minutes * 60_000);
    },

    replace,
    /** Makes an operation fail for some inputs. */
    failWhen: (
      service: keyof typeof services,
      name: string,
      fails: (input: Record<string, unknown>) => boolean = () => true,
      code = 'AccessDeniedException',
    ) =>
      replace(service, name, (input, original) => {
        if (fails(input)) throw new ServiceError(code, `no ${name} for you`);
        return original();
      }),

    /** Invokes the function. */
    handle: (event: unknown, at = account.clock.now) => {
      const clients = createClients({ writeLine: (line) => void lines.push(line) });
      return createHandler({
        ...clients,
        securityHub: createSecurityHub(findingSettings.place, clients.countCalls),
        settings: findingSettings,
        now: () => at,
      })(event);
    },
  };
};

export type FindingAccount = Awaited<ReturnType<typeof openFindingAccount>>;
