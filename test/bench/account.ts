import * as v from 'valibot';
import { createDispatcher, operation } from '../../infra/local/dispatch.ts';
import { createFaults } from '../../infra/local/faults.ts';
import { createIam } from '../../infra/local/iam/iam.ts';
import { startServer } from '../../infra/local/wire/server.ts';

/** Milliseconds that the server takes for every call. */
export const LATENCY_MILLISECONDS = 20;

const DAY = 86_400_000;

/**
 * An account with so many users on loopback, every tenth with two active keys, one of them abandoned;
 * of Config only what a rule reports to.
 */
export const serveAccount = async (userCount: number) => {
  const now = () => new Date();
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY);
  const lastUsed = { ServiceName: 's3', Region: 'us-east-1', LastUsedDate: daysAgo(1) };
  const inUse = { CreateDate: daysAgo(100), lastUsed };
  const abandoned = { CreateDate: daysAgo(400) };
  const faults = createFaults();
  faults.delay(LATENCY_MILLISECONDS);
  const dispatcher = createDispatcher(faults, now);
  const iam = createIam({ now, accountId: '123456789012' });
  for (let index = 0; index < userCount; index += 1)
    iam.seedUser({
      UserName: `user-${index}`,
      keys: index % 10 === 0 ? [abandoned, inUse] : [inUse],
    });

  const reported = { results: 0, violations: 0 };
  const Evaluations = v.array(v.looseObject({ ComplianceType: v.string() }));
  const putEvaluations = operation(v.looseObject({ Evaluations }), (input) => {
    reported.results += input.Evaluations.length;
    reported.violations += input.Evaluations.filter(
      ({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT',
    ).length;
    return {};
  });
  dispatcher.register('iam', iam.operations);
  dispatcher.register('config', { PutEvaluations: putEvaluations });
  const server = await startServer({ dispatcher, principalOf: () => 'bench' });
  return { ...server, calls: dispatcher.calls, reported };
};
