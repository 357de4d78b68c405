import type { Scan } from '../../result.ts';
import { ResultsTable } from './table.ts';

/** Opens every list, so that it is printed as a whole. */
const openLists = (): void => {
  for (const list of document.querySelectorAll('details')) list.open = true;
};

const scan: Scan = JSON.parse(document.getElementById('scan')?.textContent ?? '');
document.getElementById('results')?.append(...new ResultsTable(scan).elements);
addEventListener('beforeprint', openLists);
