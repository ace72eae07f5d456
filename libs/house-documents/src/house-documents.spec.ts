import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DocumentFileError, readDocument } from './house-documents.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ballast-documents-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  const written = path.join(folder, name);
  fs.writeFileSync(written, content);
  return written;
};

describe('a document in a file', () => {
  it('is known by its body, however that is written', () => {
    const spaced = readDocument(file('spaced.json', '{ "kind": "assets", "id": "a@1", "body": { "b": 1, "a": 2 } }'));
    const dense = readDocument(file('dense.json', '{"body":{"a":2,"b":1},"id":"a@1","kind":"assets"}'));
    expect(spaced).toEqual(dense);
    expect(spaced).toMatchObject({ kind: 'assets', id: 'a@1', body: { a: 2, b: 1 } });
  });

  it.each([
    [
      'absent',
      () => path.join(folder, 'absent.json'),
      /absent\.json cannot be read: ENOENT; name a file that can be read$/,
    ],
    ['a folder', () => folder, /cannot be read: EISDIR; name a file that can be read$/],
    ['no JSON', () => file('broken.json', '{'), /broken\.json is no JSON: /],
    ['nothing', () => file('null.json', 'null'), /null\.json is no document; write \{ "kind"/],
    ['without a body', () => file('bare.json', '{"kind":"assets","id":"a@1"}'), /bare\.json is no document; write/],
  ])('is refused when it is %s, with what to do', (_what, written, why) => {
    expect(() => readDocument(written())).toThrow(DocumentFileError);
    expect(() => readDocument(written())).toThrow(why);
  });
});
