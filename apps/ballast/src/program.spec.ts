import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Value imports of a source; those of types cost nothing. */
const importsOf = (file: string): readonly string[] =>
  [...fs.readFileSync(file, 'utf8').matchAll(/^import (?!type )[^;]*? from '([^']+)';$/gm)].map(
    ([, from = '']) => from,
  );

/** Every file of this package that is loaded before a command is called. */
function loadedWith(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const from of importsOf(file)) {
    if (from.startsWith('.')) loadedWith(path.join(path.dirname(file), from.replace(/\.js$/, '.ts')), found);
  }
  return found;
}

it('the command line loads no library of the house before a command is called: --help costs next to nothing', () => {
  const files = loadedWith(fileURLToPath(new URL('./main.ts', import.meta.url)));
  expect(files.size).toBeGreaterThan(15);
  const heavy = [...files].flatMap((file) =>
    importsOf(file)
      .filter((from) => !from.startsWith('.') && !from.startsWith('node:') && from !== 'commander')
      .map((from) => `${path.basename(file)} loads ${from}`),
  );
  expect(heavy).toEqual([]);
});
