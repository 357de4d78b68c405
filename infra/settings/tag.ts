/** The tag of all that a deployment makes, where CloudFormation tags it: the guard of SECURITY.md goes by it. */
export const TAG = { key: 'part-of', value: 'iam-user-single-access-key' } as const;
