/** What an annotation advises, and the key that it names for that first. */
export type Advised = {
  /** What the Remediate button does, that a person chooses a key, or that the named one is deleted. */
  readonly advice: 'Remediate' | 'Choose' | 'Delete';
  readonly AccessKeyId?: string | undefined;
  /** The status that the key had; with another one the advice is out of date. */
  readonly Status?: 'Active' | 'Inactive';
};

const ADVICE = {
  Deactivate: { advice: 'Remediate', Status: 'Active' },
  Delete: { advice: 'Delete', Status: 'Inactive' },
  'No key is chosen': { advice: 'Choose' },
} as const;

/** How `iam-user-single-access-key` says what to do: after the counts, and what is wrong with an exemption. */
const SINGLE =
  /^\d+ (?:active )?access keys?(?: \(\d+ active\))?, \d+ allowed\.(?: Exemption [\w -]+\.)? (Deactivate|Delete|No key is chosen)(?:(?::| of)? (\w{16,128}))?\b/;

/** What an annotation of `iam-user-single-access-key` advises; nothing where the rule did not write it. */
export const advisedOfMany = (annotation: string): Advised | undefined => {
  // Stryker disable next-line ArrayDeclaration: one item is none of the second and the third.
  const [, words, AccessKeyId] = SINGLE.exec(annotation) ?? [];
  if (words === undefined) return undefined;
  return { ...ADVICE[words as keyof typeof ADVICE], AccessKeyId };
};

/** What an annotation of `iam-user-inactive-access-key` advises; nothing where the rule did not write it. */
export const advisedOfInactive = (annotation: string): Advised | undefined => {
  const [, AccessKeyId] =
    // Stryker disable next-line ArrayDeclaration: one item is none of the second.
    /(?:^|; )(\w{16,128}) inactive (?:since|for at least) \d/.exec(annotation) ?? [];
  return AccessKeyId === undefined
    ? undefined
    : { advice: 'Remediate', AccessKeyId, Status: 'Inactive' };
};
