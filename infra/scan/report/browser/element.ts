import { visible } from '../text.ts';

type Attributes = Readonly<Record<string, string>>;

/** Creates an element. Texts become text nodes, so that they are never markup. */
export const element = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[Tag] => {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...children.map((child) => (typeof child === 'string' ? visible(child) : child)));
  return created;
};

/** Creates a button that calls a function when it is activated. */
export const button = (
  text: string,
  onActivate: () => void,
  attributes: Attributes = {},
): HTMLButtonElement => {
  const created = element('button', { type: 'button', ...attributes }, [text]);
  created.addEventListener('click', onActivate);
  return created;
};
