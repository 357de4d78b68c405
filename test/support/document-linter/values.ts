import { isObject, problem } from './problem.ts';
import { wholeReference } from './references.ts';
import type { Scope, Type } from './scope.ts';

const isText = (value: unknown) => typeof value === 'string';

/** Whether a value that is no reference is of a type. */
const FITS: Readonly<Record<Type, (value: unknown) => boolean>> = {
  Any: () => true,
  String: isText,
  Integer: Number.isInteger,
  Boolean: (value) => typeof value === 'boolean',
  StringList: (value) => Array.isArray(value),
  StringMap: isObject,
  MapList: (value) => Array.isArray(value) && value.every(isObject),
};

/** Where a value stands, and what references in it may name. */
export type Place = { readonly where: string; readonly scope: Scope };

/** Whether a value, or what it refers to, is of the type that belongs there; what nothing declares is no matter of type. */
export const typeProblems = (value: unknown, type: Type, place: Place): readonly string[] => {
  const { where, scope } = place;
  const reference = wholeReference(value);
  if (reference !== undefined) {
    const got = scope.get(reference) ?? 'Any';
    const fits = got === type || got === 'Any' || type === 'Any';
    return fits ? [] : [problem(where, type, `${got} of {{ ${reference} }}`)];
  }
  if (!FITS[type](value)) return [problem(where, type, value)];
  if (type !== 'StringList' || !Array.isArray(value)) return [];
  return value.flatMap((item, index) =>
    typeProblems(item, 'String', { where: `${where}.${index}`, scope }),
  );
};
