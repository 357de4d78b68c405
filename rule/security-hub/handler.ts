import { type BatchResponse, keep } from '../input/queue-batch.ts';
import { describeError, type LogRun, maskKeyIds } from '../log/log.ts';
import { type ChangeBatch, parseFindingEvent } from './event.ts';
import {
  type Failure,
  type FindingSources,
  reconcileFindings,
  tellChanges,
} from './synchronize-findings.ts';

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

/** The ids of the messages about those of whom something failed. */
const messagesOf = (batch: ChangeBatch | undefined, { userIds }: Failure): readonly string[] =>
  (batch?.changes ?? [])
    .filter(({ userId }) => userIds.includes(userId))
    .flatMap(({ messageIds }) => messageIds);

/**
 * One invocation: the schedule reconciles all findings, a batch of changes of compliance those of its users.
 *
 * What is certain is imported first. Users who could not be read or told come again, with their messages alone; any
 * other failure is thrown then, so that all is tried again. What fails every time is a dead letter at last, and so is
 * a message that is no change of compliance.
 */
export const createHandler =
  ({ logRun, now, ...sources }: Dependencies) =>
  (event: unknown): Promise<BatchResponse> =>
    logRun('findings', async (log) => {
      // Before anything is read: Security Hub keeps what a later run has said.
      const at = now();
      const names = sources.settings.rules.map(({ name }) => name);
      log.add({ ConfigRuleName: names.join() });
      const batch = parseFindingEvent(event, names);
      if (batch !== undefined) log.add(describe(batch));
      const told = await (batch === undefined
        ? reconcileFindings(sources, at)
        : tellChanges(batch.changes, sources, at));
      const { imported: FindingsImported, archived: FindingsArchived, failures } = told;
      log.measure({ FindingsImported, FindingsArchived });
      const [failure] = failures;
      if (failure === undefined) return keep(batch?.poisoned ?? []);
      const firstFailure = describeError(failure.cause);
      log.add({ failures: failures.length, firstFailure });
      const kept = failures.map((one) => ({ ...one, messageIds: messagesOf(batch, one) }));
      // What no message brings again would be lost.
      const lost = kept.find(({ messageIds }) => messageIds.length === 0);
      if (lost !== undefined) throw lost.cause;
      const ids = new Set(kept.flatMap(({ messageIds }) => messageIds));
      const again = [...ids].map((messageId) => ({ messageId }));
      return keep([...(batch?.poisoned ?? []), ...again]);
    });
