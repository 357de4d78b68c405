/** What the annotation of a violation recommends. */
export type ParsedAnnotation = {
  /** `Remediate`: start the remediation. `NameKey`: a person selects a key. `Delete`: delete the key. */
  readonly recommendation: 'Remediate' | 'NameKey' | 'Delete';
  /** The key to deactivate or delete, or the first of those to select from; empty if the annotation names none. */
  readonly AccessKeyId: string;
  /** The status that the key had. With another status, the recommendation is outdated. */
  readonly Status?: 'Active' | 'Inactive';
};

const RECOMMENDATIONS = {
  Deactivate: { recommendation: 'Remediate', Status: 'Active' },
  Delete: { recommendation: 'Delete', Status: 'Inactive' },
  'No key is chosen': { recommendation: 'NameKey' },
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
  const [, words, AccessKeyId = ''] = match;
  return { ...RECOMMENDATIONS[words as keyof typeof RECOMMENDATIONS], AccessKeyId };
};

/** Parses an annotation of `iam-user-inactive-access-key`; undefined if the rule did not write it. */
export const parseInactiveAccessKeyAnnotation = (
  annotation: string,
): ParsedAnnotation | undefined => {
  const match = INACTIVE_ACCESS_KEY.exec(annotation);
  if (match === null) return undefined;
  return { recommendation: 'Remediate', AccessKeyId: String(match[1]), Status: 'Inactive' };
};
