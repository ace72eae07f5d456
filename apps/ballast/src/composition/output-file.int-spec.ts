import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assertWritable } from './output-file.js';

describe('a file that a command is to write', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ballast-output-'));
  const there = path.join(folder, 'there.svg');
  fs.writeFileSync(there, '');
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  it.each([
    ['a new file of a directory', path.join(folder, 'new.svg')],
    ['a file that is there, to be replaced', there],
    ['the standard output', '/dev/stdout'],
  ])('%s is taken', (_, file) => expect(assertWritable('--chart', file)).resolves.toBeUndefined());

  it.each([
    ['a directory', folder, /--chart .* is a directory; name a file/],
    ['a file of no directory', path.join(folder, 'nowhere', 'x.svg'), /--chart .* cannot be written \(ENOENT\)/],
    ['a file below a file', path.join(there, 'x.svg'), /--chart .* cannot be written \(ENOTDIR\)/],
  ])('%s is refused before the work', (_, file, message) =>
    expect(assertWritable('--chart', file)).rejects.toThrow(message),
  );
});
