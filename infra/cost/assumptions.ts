/** Days of a month. */
export const DAYS_OF_MONTH = 30;

/** Hours of a month of 30 days. */
export const HOURS_OF_MONTH = 720;

/** `iam-user-single-access-key` and `iam-user-inactive-access-key`. */
export const RULES = 2;

/** Users to a page of ListUsers. */
export const USERS_OF_PAGE = 1_000;

/** Results to a page of what Config holds, and to a report. */
export const RESULTS_OF_PAGE = 100;

/** Gigabytes of a function's memory. */
export const MEMORY = 0.5;

/** Seconds of an invocation, beside the users of a sweep. */
export const SECONDS = 2;

/** Seconds of a sweep for each user, as `npm run bench` has them at 20 ms a call: ten at a time, or one after the other. */
export const SECONDS_OF_USER = { tenAtATime: 0.003, oneAfterTheOther: 0.023 };

/** Gigabytes that an invocation logs: our line of some 1,500 bytes, and Lambda's own. */
export const LOGGED = 2e-6;

/** Metrics that a sweep writes, at most, without `exemptionTagKey`: seven of `rule/log/metrics.ts` and its calls; each is paid for the hour. */
export const METRICS_OF_SWEEP = 13;

/** Metrics that a batch of key events writes, at most. */
export const METRICS_OF_KEY_EVENTS = 5;

/** Metrics that a run of the findings writes. */
export const METRICS_OF_FINDINGS = 2;

/** Times that a run of the findings lists the users, at most: once more where one is missing. */
export const LISTINGS_OF_FINDINGS = 2;

/** Alarms of both rules, of key events, one more of key events and a hybrid rule, and of findings. */
export const ALARMS = { rules: 8, keyEvents: 2, keyEventsOfHybrid: 1, findings: 2 };

/** Requests of a month with which Lambda asks a queue: five pollers, each of which waits 20 seconds. */
export const IDLE_REQUESTS = 5 * HOURS_OF_MONTH * 60 * 3;

/** Requests of a message: it is sent, received and deleted. */
export const REQUESTS_OF_MESSAGE = 3;

/** Steps of a deactivation and of a deletion without approval or message, as `remediation/*.yaml` have them. */
export const STEPS = 8 + 11;

/** Seconds of their scripts, at most some two each, and ten in which a deactivation waits. */
export const SCRIPT_SECONDS = 25;

/** Plans of both. */
export const PLANS = 3;

/** Changes of a key that they make, and evaluations that they start. */
export const CHANGES_OF_REMEDIATION = 2;

/** Keys of a user with too many: each is asked for its last use. */
export const KEYS_OF_VIOLATION = 2;

/** Queries of the roll-up, each over one metric of every account. */
export const ROLL_UP_QUERIES = 10;
