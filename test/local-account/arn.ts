/** Matches as the IAM operator ArnLike does: `*` and `?` are wildcards. */
export const isArnLike = (arn: string, pattern: string): boolean => {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(arn);
};
