/**
 * Users of an account above which key events start no evaluation of a hybrid rule: docs/decisions/0010.
 *
 * AWS does not say what StartConfigRulesEvaluation sends to one. If it is a notification of each user, each start
 * costs an evaluation of each, here $0.50.
 */
export const MAXIMUM_USERS_OF_HYBRID_RULE = 500;
