const LONGEST = 100;

/** A problem in a document: where it is, what was expected there, what stands there instead. */
export const problem = (where: string, expected: string, got: unknown): string => {
  const text = got === undefined ? 'nothing' : JSON.stringify(got);
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return `${where}: expected ${expected}, got ${shown}`;
};

/** The values that stand more than once, once each. */
export const repeated = (values: readonly string[]): readonly string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];

/** Whether a value is an object with members, no list. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
