import { MAXIMUM_USERS_OF_HYBRID_RULE } from '../settings/limits.ts';
import type { AccountFacts } from './facts.ts';
import { type Finding, unreadFinding } from './finding.ts';
import type { Options } from './options.ts';

const group = 'Key events';

/**
 * Key events start evaluations in an account of so many users.
 *
 * `fine`     500 users or fewer, or a rule that has a schedule only, whatever the users
 * `missing`  more, and a hybrid rule: the function holds back
 */
export const userFinding = (
  users: AccountFacts['users'],
  triggers: Options['triggers'],
): Finding => {
  if ('unread' in users) return unreadFinding(group, 'the number of users', users.unread);
  const counted = users.facts === 1 ? '1 user' : `${users.facts} users`;
  if (triggers === 'schedule' || users.facts <= MAXIMUM_USERS_OF_HYBRID_RULE)
    return { group, state: 'fine', what: `${counted}: key events start evaluations` };
  return {
    group,
    state: 'missing',
    what: `${counted}: above ${MAXIMUM_USERS_OF_HYBRID_RULE}, key events start no evaluation of a rule with triggers=hybrid`,
    why: 'each start could cost an evaluation of every user: a new or reactivated key is found by the schedule only, up to a day later',
    mends: ['deploy with -c triggers=schedule'],
  };
};
