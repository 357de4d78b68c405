import { type BatchResponse, retry } from '../input/queue-batch.ts';
import { describeError, type LogRun, maskKeyIds } from '../log/log.ts';
import { parseFindingEvent } from './event.ts';
import { type FindingSources, importChanges, reconcileFindings } from './synchronize-findings.ts';

/** The dependencies of the handler. */
type Dependencies = FindingSources & {
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/** The maximum number of users and problems in a log line. */
const MAXIMUM_NAMED = 10;

/**
 * Creates the handler. The schedule reconciles all findings; a batch of compliance changes imports those of its users.
 *
 * Everything that can be read is imported first. Then the messages of users with a failure are retried. A failure
 * that belongs to no message is thrown, so that Lambda retries the whole invocation. Unreadable messages are retried
 * until they reach the dead-letter queue.
 */
export const createHandler =
  ({ logRun, now, ...sources }: Dependencies) =>
  (event: unknown): Promise<BatchResponse> =>
    logRun('findings', async (log) => {
      // Taken before the first read, so that Security Hub keeps the findings of a newer run.
      const at = now();
      const ruleNames = sources.settings.rules.map(({ name }) => name);
      log.add({ ConfigRuleName: ruleNames.join() });
      const batch = parseFindingEvent(event, ruleNames);
      const { messages, unreadable } = batch ?? { messages: [], unreadable: [] };
      const userIds = [...new Set(messages.map(({ body }) => body.userId))];
      const problems = unreadable.map(({ problem }) => maskKeyIds(problem));
      if (batch !== undefined) log.add({ userIds: userIds.slice(0, MAXIMUM_NAMED) });
      if (problems.length > 0) log.add({ unreadable: problems.slice(0, MAXIMUM_NAMED) });

      const changes = messages.map(({ body }) => body);
      const { violations, archived, failures } = await (batch === undefined
        ? reconcileFindings(sources, at)
        : importChanges(changes, sources, at));
      log.add({ FindingsImported: violations, FindingsArchived: archived });

      const [failure] = failures;
      if (failure === undefined) return retry(unreadable);
      log.add({ failures: failures.length, firstFailure: describeError(failure.cause) });
      const failedIds = new Set(failures.map(({ userId }) => userId));
      const unmatched = failures.find(
        ({ userId }) => userId === undefined || !userIds.includes(userId),
      );
      if (unmatched !== undefined) throw unmatched.cause;
      const failed = messages.filter(({ body }) => failedIds.has(body.userId));
      return retry([...unreadable, ...failed]);
    });
