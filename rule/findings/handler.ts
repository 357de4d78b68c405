import { describeError, type LogRun, maskKeyIds } from '../log.ts';
import { type BatchResponse, keep } from '../queue-batch.ts';
import { type ChangeBatch, parseFindingEvent } from './event.ts';
import { type FindingSources, reconcileFindings, tellChanges } from './tell-findings.ts';

/** What the function reads, writes and logs with. */
export type Dependencies = FindingSources & {
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/** Users and problems that a log line names, of however many there are. */
const MAXIMUM_NAMED = 10;

const describe = ({ changes, poisoned }: ChangeBatch) => ({
  userIds: changes.slice(0, MAXIMUM_NAMED).map(({ userId }) => userId),
  ...(poisoned.length > 0 && {
    poisoned: poisoned.slice(0, MAXIMUM_NAMED).map(({ problem }) => maskKeyIds(problem)),
  }),
});

/**
 * One invocation: the schedule reconciles all findings, a batch of changes of compliance those of its users.
 *
 * What is certain is imported first; whatever could not be read is thrown then, so that it is tried again and at last
 * a dead letter. A message that is no change of compliance fails alone.
 */
export const createHandler =
  ({ logRun, now, ...sources }: Dependencies) =>
  (event: unknown): Promise<BatchResponse> =>
    logRun('findings', async ({ fields, metrics }) => {
      // Before anything is read: Security Hub keeps what a later run has said.
      const at = now();
      const names = sources.settings.rules.map(({ name }) => name);
      Object.assign(fields, { ConfigRuleName: names.join() });
      const batch = parseFindingEvent(event, names);
      if (batch !== undefined) Object.assign(fields, describe(batch));
      const told = await (batch === undefined
        ? reconcileFindings(sources, at)
        : tellChanges(batch.changes, sources, at));
      const { imported: FindingsImported, archived: FindingsArchived, failures } = told;
      Object.assign(metrics, { FindingsImported, FindingsArchived });
      const [failure] = failures;
      if (failure !== undefined) {
        const firstFailure = describeError(failure);
        Object.assign(fields, { failures: failures.length, firstFailure });
        throw failure;
      }
      return keep(batch?.poisoned ?? []);
    });
