import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noticeOf, packagesIn } from '../../../infra/functions/notices.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'notices-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Installs a package with these files. */
const install = (folder: string, files: Readonly<Record<string, string>>) => {
  mkdirSync(path.join(root, folder), { recursive: true });
  const name = folder.replace(/^.*node_modules\//, '');
  const manifest = { name, version: '1.2.3', license: 'MIT', main: 'index.js' };
  for (const [file, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) }))
    writeFileSync(path.join(root, folder, file), text);
};

const inputs = (...files: readonly string[]) =>
  Object.fromEntries(files.map((file) => [file, { bytesInOutput: 1 }]));

describe('packagesIn', () => {
  it('finds each package once, with a scope or inside another package', () => {
    for (const folder of ['a', '@scope/b', 'a/node_modules/c'])
      install(`node_modules/${folder}`, { LICENSE: `license of ${folder}` });

    const found = packagesIn(
      inputs(
        ...['rule/x.ts', 'node_modules/a/index.js', 'node_modules/a/lib/more.js'],
        ...['node_modules/@scope/b/index.js', 'node_modules/a/node_modules/c/index.js'],
      ),
      root,
    );

    expect(found).toEqual(
      ['a', '@scope/b', 'c'].map((name) => ({
        ...{ name, version: '1.2.3', license: 'MIT' },
        text: `license of ${name === 'c' ? 'a/node_modules/c' : name}`,
      })),
    );
  });

  it('leaves out a package of which no code is in the bundle', () => {
    expect(packagesIn({ 'node_modules/a/index.js': { bytesInOutput: 0 } }, root)).toEqual([]);
  });

  it.each(['LICENSE', 'license', 'LICENCE.md', 'COPYING', 'NOTICE.txt'])('reads %s', (file) => {
    install('node_modules/a', { [file]: '\nterms\n', 'README.md': 'LICENSE: see there' });
    expect(packagesIn(inputs('node_modules/a/index.js'), root)).toMatchObject([{ text: 'terms' }]);
  });

  it('refuses a package without a license text', () => {
    install('node_modules/a', { 'README.md': 'MIT', 'licensed.js': '' });
    expect(() => packagesIn(inputs('node_modules/a/index.js'), root)).toThrow(
      'a: expected a license file, got none',
    );
  });
});

describe('noticeOf', () => {
  it('names every package, and shows equal texts once', () => {
    const one = { version: '1.2.3', license: 'MIT', text: 'Copyright A' };
    const notice = noticeOf([
      { ...one, name: 'b' },
      { ...one, name: 'c', text: 'Copyright C' },
      { ...one, name: 'a' },
      { ...one, name: 'a' },
    ]);
    const line = '-'.repeat(80);
    expect(notice).toBe(
      `This code contains the following packages.\n\n${line}\n\na 1.2.3 (MIT)\nb 1.2.3 (MIT)\n\nCopyright A\n\n${line}\n\nc 1.2.3 (MIT)\n\nCopyright C\n`,
    );
  });
});
