import type { ReadHistory } from '../aws/cloudtrail.ts';
import { historyBegins, type KeyHistory, noHistory } from '../keys/key-history.ts';
import { describeError, type RunLog } from '../log/log.ts';
import type { UserRule } from './user-rule.ts';

/** Milliseconds after which a rule goes on without a history that it can do without. */
const LONGEST_WAIT = 60_000;

/**
 * Reads the history of keys for a run of a rule.
 *
 * A rule that can do without does so when it cannot be read in a minute, and the log line says why.
 *
 * @throws whatever fails, where verdicts depend on the history
 */
export const historyOfRun =
  ({ at, decidesByHistory }: UserRule, log: RunLog, readHistory: ReadHistory) =>
  async (timeUp?: AbortSignal): Promise<KeyHistory> => {
    if (decidesByHistory) return await readHistory(at, timeUp);
    const longest = AbortSignal.timeout(LONGEST_WAIT);
    try {
      return await readHistory(at, timeUp ? AbortSignal.any([timeUp, longest]) : longest);
    } catch (failure) {
      log.add({ historyUnknown: describeError(failure) });
      return noHistory(historyBegins(at));
    }
  };
