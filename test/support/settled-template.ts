/** The sections of a template whose values are resolved. */
type Template = {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
};
type Members = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, string>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const partsOf = (item: unknown): readonly unknown[] => {
  const [delimiter, parts] = isMembers(item) ? Object(item['Fn::Join'] ?? []) : [];
  return delimiter === '' ? parts : [item];
};

/** Joins adjacent strings and flattens nested joins. */
const join = ([delimiter, items]: [string, unknown[]]): unknown => {
  if (delimiter !== '') return { 'Fn::Join': [delimiter, items] };
  const joined: unknown[] = [];
  for (const item of items.flatMap(partsOf).filter((part) => part !== '')) {
    const last = joined.at(-1);
    if (typeof last === 'string' && typeof item === 'string') joined.splice(-1, 1, last + item);
    else joined.push(item);
  }
  const [only] = joined;
  return joined.length === 1 && typeof only === 'string' ? only : { 'Fn::Join': ['', joined] };
};

/**
 * Resolves the conditions and parameters of a template. Values that only a deployment knows stay. Numbers become
 * strings, because CloudFormation accepts both.
 */
export const settleTemplate = (template: Template, values: Values) => {
  const holds = (condition: unknown): boolean => {
    const [[name, argument] = []] = Object.entries(condition as Members);
    const all = (list: unknown) => (list as unknown[]).map(holds);
    if (name === 'Condition') return holds(template.Conditions?.[String(argument)]);
    if (name === 'Fn::Not') return !all(argument)[0];
    if (name === 'Fn::And') return all(argument).every(Boolean);
    if (name === 'Fn::Or') return all(argument).some(Boolean);
    const [one, other] = settle(argument) as unknown[];
    if (name === 'Fn::Equals') return String(one) === String(other);
    throw new Error(`unknown condition ${JSON.stringify(condition)}`);
  };
  const settleMembers = (value: Members): unknown => {
    const { Ref, 'Fn::If': choice, 'Fn::Join': joined, 'Fn::Split': split } = value;
    const { 'Fn::Select': selected } = value;
    if (Ref === 'AWS::NoValue') return undefined;
    if (typeof Ref === 'string' && Ref in values) return values[Ref];
    if (Array.isArray(choice)) {
      const [condition, yes, no] = choice;
      return settle(holds({ Condition: condition }) ? yes : no);
    }
    if (joined !== undefined) return join(settle(joined) as [string, unknown[]]);
    if (Array.isArray(split)) {
      const [delimiter, text] = settle(split) as unknown[];
      if (typeof text === 'string') return text.split(String(delimiter));
    }
    if (Array.isArray(selected)) {
      const [index, items] = settle(selected) as unknown[];
      if (Array.isArray(items)) return items[Number(index)];
    }
    const members = Object.entries(value).map(([name, member]) => [name, settle(member)]);
    return Object.fromEntries(members.filter(([, member]) => member !== undefined));
  };
  const settle = (value: unknown): unknown => {
    if (typeof value === 'number') return String(value);
    if (Array.isArray(value)) return value.map(settle).filter((item) => item !== undefined);
    return isMembers(value) ? settleMembers(value) : value;
  };
  const section = (entries: Members = {}): Members =>
    Object.fromEntries(
      Object.entries(entries).flatMap(([id, entry]) => {
        const { Condition, ...rest } = entry as Members;
        const isThere = Condition === undefined || holds({ Condition });
        return isThere ? [[id, settle(rest)]] : [];
      }),
    );
  return { Resources: section(template.Resources), Outputs: section(template.Outputs) };
};
