import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText, html, json } from '../../../../infra/scan/report/html.ts';
import { visible } from '../../../../infra/scan/report/text.ts';
import { HOSTILE_TEXTS } from '../../../support/scans.ts';

const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'<>&"\'/!-script \u2028\ud800\u0000\u202e') }),
);

/** Reads character references as a browser does. */
const parse = (markup: string): string =>
  markup.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

describe('a text in a template', () => {
  it('is neither markup nor the end of an attribute, and a browser reads the same text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { markup } = html`<p title="${text}">${text}</p>`;
        const escaped = escapeText(text);

        expect(markup).toBe(`<p title="${escaped}">${escaped}</p>`);
        expect(escaped).not.toMatch(/[<>"']|&(?!#\d+;)/);
        expect(parse(escaped)).toBe(visible(text));
      }),
    );
  });

  it('has no character that a browser changes, hides, or reads as a direction', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
        expect(visible(visible(text))).toBe(visible(text));
      }),
    );
  });

  it('stays the same if it has only visible characters', () => {
    expect(visible('Ω 日本語 שלום 😀 a\\b')).toBe('Ω 日本語 שלום 😀 a\\b');
  });

  it('shows an invisible character as its code point', () => {
    expect(visible('a\u202eb\n\u{e0041}')).toBe(String.raw`a\u{202e}b\u{a}\u{e0041}`);
  });
});

describe('markup in a template', () => {
  it('is not escaped again, alone or in a list', () => {
    const items = ['<', 2].map((value) => html`<li>${value}</li>`);

    expect(html`<ul>${items}</ul>${html`<hr>`}`.markup).toBe(
      '<ul><li>&#60;</li><li>2</li></ul><hr>',
    );
  });
});

describe('a data block', () => {
  it('contains no markup, and is the same value when it is read', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.array(anyText)), (value) => {
        const { markup } = json(value);

        expect(markup).not.toContain('<');
        expect(markup).not.toMatch(/[\n\r\p{Cs}]/u);
        expect(JSON.parse(markup)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
