import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WIDTH } from '../../../infra/command-line.ts';

const DEMO = fileURLToPath(new URL('demo.ts', import.meta.url));

/** The first heading that the picture does not need. */
const END = 'The life of one key';

/** What the picture shows: headings of the demo, and the paragraphs below them by their first words. */
const SCENES: readonly (readonly [heading: string, paragraphs: readonly string[]])[] = [
  ['AWS Config evaluates the rule iam-', ['NON_COMPLIANT', 'ci-deploy:', 'reporting:']],
  ['Remediate ci-deploy', ['✓', 'Acted']],
  ['AWS Config evaluates the rule again', ['COMPLIANT', 'billing-export,', 'dora']],
  ['Each execution reported the command', ['aws iam update-access-key --user-name=ci-deploy ']],
];

/** The day of the run in the picture, so that the picture does not depend on the day on which it is made. */
const DAY = Date.parse('2026-01-31');

/** The size of a character in pixels. */
const [CHARACTER, LINE] = [8.4, 20];

/** The margin around the text in pixels. */
const MARGIN = 16;

const COLORS = `
svg { background: #ffffff; color: #1f2328 } text { fill: currentColor; font: 14px ui-monospace, Menlo, Consolas, monospace }
.heading { font-weight: bold } .bad { fill: #b42318 } .good { fill: #116329 } .command { fill: #0550ae }
@media (prefers-color-scheme: dark) {
  svg { background: #0d1117; color: #e6edf3 } .bad { fill: #ff7b72 } .good { fill: #7ee787 } .command { fill: #79c0ff }
}`;

/** Runs the demo, and returns what it prints before the life of one key. */
export const runDemo = async (): Promise<readonly string[]> => {
  const demo = spawn(process.execPath, ['--import', 'tsx', DEMO], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface(demo.stdout)) {
    if (line.startsWith(END)) break;
    lines.push(line);
  }
  demo.kill();
  return lines;
};

/** Matches the first line of a paragraph: a compliance type, a user, steps, an outcome or a command. */
const FIRST = /^( {2}(NON_COMPLIANT|COMPLIANT|✓|Acted|aws)| {4}[a-z])/;

const paragraphsOf = (lines: readonly string[]): readonly (readonly string[])[] => {
  const paragraphs: string[][] = [];
  for (const line of lines)
    if (FIRST.test(line)) paragraphs.push([line]);
    else paragraphs.at(-1)?.push(line);
  return paragraphs;
};

/** Selects the scenes of the picture. */
const selectScenes = (lines: readonly string[]): readonly string[] =>
  SCENES.flatMap(([heading, wanted]) => {
    const start = lines.findIndex((line) => line.startsWith(heading));
    const rest = lines.slice(start + 1);
    const end = rest.indexOf('');
    const shown = paragraphsOf(rest.slice(0, end)).filter((paragraph) => {
      const text = paragraph.join(' ').replaceAll('\\', '').replace(/ +/g, ' ').trim();
      return wanted.some((words) => text.startsWith(words));
    });
    if (start < 0 || shown.length === 0)
      throw new Error(`expected the demo to show ${heading} with ${wanted.join(', ')}`);
    return ['', lines[start] ?? '', ...shown.flat()];
  });

/** Moves the dates of a run to the day of the picture. */
const moveDates = (text: string): string => {
  const [, today = ''] = /As of\s+(\d{4}-\d\d-\d\d)/.exec(text) ?? [];
  const distance = DAY - Date.parse(today);
  return text.replace(/\b20\d\d-\d\d-\d\d\b/g, (date) =>
    new Date(Date.parse(date) + distance).toISOString().slice(0, 10),
  );
};

const escapeMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const paint = (line: string): string => {
  if (!line.startsWith(' ')) return `<tspan class="heading">${escapeMarkup(line)}</tspan>`;
  if (/^ +(aws|--)/.test(line)) return `<tspan class="command">${escapeMarkup(line)}</tspan>`;
  return escapeMarkup(line)
    .replace(/\bNON_COMPLIANT\b/g, '<tspan class="bad">$&</tspan>')
    .replace(/(?<!_)\bCOMPLIANT\b|✓/g, '<tspan class="good">$&</tspan>');
};

/** Draws what the demo prints as SVG with 80 columns. Its colors follow the color scheme of the reader. */
export const draw = (output: readonly string[]): string => {
  const lines = ['$ npm run demo', ...moveDates(selectScenes(output).join('\n')).split('\n')];
  const [width, height] = [WIDTH * CHARACTER + 2 * MARGIN, lines.length * LINE + 2 * MARGIN];
  const texts = lines.map((line, index) => {
    const y = MARGIN + LINE * (index + 0.75);
    const length = (line.length * CHARACTER).toFixed(1);
    return line === ''
      ? ''
      : `<text x="${MARGIN}" y="${y}" xml:space="preserve" textLength="${length}">${paint(line)}</text>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>npm run demo</title>
<style>${COLORS}
</style>
${texts.join('')}</svg>
`;
};
