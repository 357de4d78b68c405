/** What could not be read or told, and of whom: of nobody in particular where no user is named. */
export type Failure = { readonly userIds: readonly string[]; readonly cause: unknown };
