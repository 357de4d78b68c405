import { count } from '../text.ts';
import { button, element } from './element.ts';

/** The rows of a page. */
export const PAGE_SIZE = 100;

/** The buttons that change the page. */
export type Pager = {
  readonly root: HTMLElement;
  /** Shows page `page`, counted from 0, of `pages`. */
  readonly show: (page: number, pages: number) => void;
};

/** Returns the number of pages of so many rows, at least 1. */
export const pagesOf = (rows: number): number => Math.max(1, Math.ceil(rows / PAGE_SIZE));

/**
 * Creates the buttons that change the page.
 *
 * @param onPage  is called with the new page. A button that leads nowhere is not `disabled`, because it would lose the focus.
 */
export const createPager = (onPage: (page: number) => void): Pager => {
  let current = 0;
  let last = 0;
  const position = element('span', {});
  const moves: readonly (readonly [string, () => number])[] = [
    ['First', () => 0],
    ['Previous', () => current - 1],
    ['Next', () => current + 1],
    ['Last', () => last],
  ];
  const buttons = moves.map(([name, target]) => {
    const isPossible = () => target() !== current && target() >= 0 && target() <= last;
    const root = button(
      name,
      () => {
        if (isPossible()) onPage(target());
      },
      { 'aria-label': `${name} page` },
    );
    return { root, isPossible };
  });
  const [first, previous, next, end] = buttons.map(({ root }) => root);
  const parts = [first, previous, position, next, end].filter((part) => part !== undefined);
  const show = (page: number, pages: number) => {
    current = page;
    last = pages - 1;
    position.textContent = `Page ${count(page + 1)} of ${count(pages)}`;
    for (const { root, isPossible } of buttons)
      root.setAttribute('aria-disabled', String(!isPossible()));
  };
  return {
    root: element('nav', { class: 'pager', 'aria-label': 'Pages of results' }, parts),
    show,
  };
};
