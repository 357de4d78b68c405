import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WIDTH } from '../../../infra/command-line.ts';
import { draw, runDemo } from './picture.ts';

const output = await runDemo();

describe('the picture in README.md', () => {
  it('shows what the demo prints now: if not, run npm run picture', () => {
    const picture = readFileSync(new URL('../../../docs/demo.svg', import.meta.url), 'utf8');
    expect(draw(output)).toBe(picture);
  });

  it('has at most 80 columns', () => {
    expect(Math.max(...output.map((line) => line.length))).toBeLessThanOrEqual(WIDTH);
  });

  it('cannot be drawn from another output', () => {
    const renamed = output.map((line) => line.replace('Remediate ci-deploy', 'Remediate it'));
    expect(() => draw(renamed)).toThrow('expected the demo to show Remediate ci-deploy');
  });

  it('escapes what is markup in SVG', () => {
    const hostile = output.map((line) => line.replace('Acted:', 'Acted: <b>&'));
    expect(draw(hostile)).toContain('Acted: &lt;b&gt;&amp;');
  });
});
