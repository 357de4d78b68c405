/** What the annotation of a violation recommends. */
export type ParsedAnnotation = {
  /** `Choose`: the rule selected no key, so a person has to. */
  readonly recommendation: 'Deactivate' | 'Delete' | 'Choose';
  /** The recommended key; for `Choose`, the first key that the annotation names. */
  readonly AccessKeyId?: string | undefined;
};

const RECOMMENDATIONS = {
  Deactivate: 'Deactivate',
  Delete: 'Delete',
  'No key is chosen': 'Choose',
} as const;

/** Matches the recommendation, which follows the key counts and the problem of an exemption tag. */
const SINGLE_ACCESS_KEY =
  /^\d+ (?:active )?access keys?(?: \(\d+ active\))?, \d+ allowed\.(?: Exemption [\w -]+\.)? (Deactivate|Delete|No key is chosen)(?:(?::| of)? (\w{16,128}))?\b/;

const INACTIVE_ACCESS_KEY = /(?:^|; )(\w{16,128}) inactive (?:since|for at least) \d/;

/** Parses an annotation of `iam-user-single-access-key`; undefined if the rule did not write it. */
export const parseSingleAccessKeyAnnotation = (
  annotation: string,
): ParsedAnnotation | undefined => {
  const match = SINGLE_ACCESS_KEY.exec(annotation);
  if (match === null) return undefined;
  const [, words, AccessKeyId] = match;
  return { recommendation: RECOMMENDATIONS[words as keyof typeof RECOMMENDATIONS], AccessKeyId };
};

/** Parses an annotation of `iam-user-inactive-access-key`; undefined if the rule did not write it. */
export const parseInactiveAccessKeyAnnotation = (
  annotation: string,
): ParsedAnnotation | undefined => {
  const match = INACTIVE_ACCESS_KEY.exec(annotation);
  return match === null ? undefined : { recommendation: 'Delete', AccessKeyId: match[1] };
};
