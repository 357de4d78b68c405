import { forEach } from '../../rule/aws/batches.ts';
import type { IamUser } from '../../rule/aws/iam.ts';
import { type BatchResponse, retry } from '../../rule/input/queue-batch.ts';
import { describeError, type LogRun, maskKeyIds, type RunLog } from '../../rule/log/log.ts';
import { type AnnouncementSources, announce, readOnce } from './announce.ts';
import { type Publish, readOwner } from './calls.ts';
import { type People, readPeople, UNKNOWN } from './execution.ts';
import { type Item, parseInbox } from './inbox.ts';
import type { Message } from './message.ts';
import { noticeMessage } from './texts.ts';

/** The dependencies of the handler. */
type Dependencies = Omit<AnnouncementSources, 'at'> & {
  readonly readExecution: (id: string) => Promise<unknown>;
  readonly publish: Publish;
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/** The maximum number of problems in a log line. */
const MAXIMUM_NAMED = 10;

const userIdOf = (item: Item): string =>
  'violation' in item ? item.violation.UserId : item.notice.UserId;

/** Reads who started and approved an execution. The key has changed, so a failure makes no message fail. */
const readPeopleOf = async (
  id: string,
  readExecution: Dependencies['readExecution'],
  log: RunLog,
): Promise<People> => {
  try {
    return readPeople(await readExecution(id));
  } catch (error) {
    log.add({ firstFailure: describeError(error) });
    return UNKNOWN;
  }
};

/**
 * Creates the Lambda handler that publishes the messages of the queue: changes of compliance and notices of runbooks.
 *
 * Messages that fail are retried by the queue, and finally go to the dead-letter queue. A message of the queue that is
 * delivered twice is published twice, with the same `eventId`.
 */
export const createHandler =
  ({ logRun, now, readExecution, publish, ...given }: Dependencies) =>
  (event: unknown): Promise<BatchResponse> =>
    logRun('messages', async (log) => {
      const { settings, iam } = given;
      const ruleNames = settings.rules.map(({ ConfigRuleName }) => ConfigRuleName);
      const { messages, unreadable } = parseInbox(event, ruleNames);
      const problems = unreadable.map(({ problem }) => maskKeyIds(problem));
      if (problems.length > 0) log.add({ unreadable: problems.slice(0, MAXIMUM_NAMED) });
      const sources = readOnce({ ...given, at: now() });
      const ids = new Set(messages.map(({ body }) => userIdOf(body)));
      const users = ids.size === 0 ? new Map<string, IamUser>() : await iam.findUsers(ids);

      const messageOf = async (item: Item): Promise<Message | undefined> => {
        const user = users.get(userIdOf(item));
        if ('violation' in item) return announce(item.violation, user, sources);
        const people = await readPeopleOf(item.notice.ExecutionId, readExecution, log);
        return noticeMessage(item.notice, { ...settings, ...people });
      };
      let MessagesPublished = 0;
      const tell = async ({ body }: (typeof messages)[number]): Promise<void> => {
        const message = await messageOf(body);
        if (message === undefined) return;
        // The current name, because the name in a notice may belong to another user by now.
        const user = users.get(userIdOf(body));
        const owner = user && (await readOwner(iam, user.UserName, settings.ownerTagKey));
        await publish(settings.notificationTopicArn, message, owner);
        MessagesPublished += 1;
      };

      const { failures } = await forEach(messages, tell);
      log.add({ MessagesPublished });
      const [failure] = failures;
      if (failure !== undefined)
        log.add({ failures: failures.length, firstFailure: describeError(failure.cause) });
      return retry([...unreadable, ...failures.map(({ item }) => item)]);
    });
