import { visible } from './text.ts';

/** Markup that needs no escaping. Only the tag `html` and the assets of the report create it. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** A value in a template: markup, or a text, which is escaped. */
type Value = Html | string | number | readonly Value[];

/** Escapes a text so that it is neither markup nor the end of a quoted attribute. */
export const escapeText = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const render = (value: Value): string => {
  if (value instanceof Html) return value.markup;
  return typeof value === 'object' ? value.map(render).join('') : escapeText(`${value}`);
};

/** The tag of HTML templates. It escapes every value that is not markup. Attributes must be quoted. */
export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html =>
  new Html(String.raw({ raw: strings }, ...values.map(render)));

/** Formats a value as JSON for a data block. In JSON, `<` occurs only in texts, and there it can be escaped. */
export const json = (value: unknown): Html =>
  new Html(JSON.stringify(value).replaceAll('<', String.raw`\u003c`));
