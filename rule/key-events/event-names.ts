/** The IAM calls after which a verdict may be another: EventBridge lets these through, and the function takes no others. */
export const KEY_EVENT_NAMES = [
  'CreateAccessKey',
  'UpdateAccessKey',
  'DeleteAccessKey',
  'CreateUser',
  'DeleteUser',
  'UpdateUser',
  'TagUser',
  'UntagUser',
] as const;
