import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { testDatabase } from '../testing.js';
import { plainArray, textArray } from './array-literal.js';

describe('arrays as PostgreSQL reads them', () => {
  it('brings back every text that can be stored, and null', async () => {
    const client = new pg.Client(await testDatabase());
    await client.connect();
    try {
      const storable = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
      const texts = fc.array(fc.option(fc.oneof(storable, fc.json(), fc.constantFrom('', 'NULL', '\\', '"', '{,}'))));
      await fc.assert(
        fc.asyncProperty(texts, async (values) => {
          const { rows } = await client.query<{ values: unknown }>('select $1::text[] as values', [textArray(values)]);
          expect(rows[0]?.values).toEqual(values);
        }),
      );
    } finally {
      await client.end();
    }
  });

  it('brings back numbers, ids and null', async () => {
    const client = new pg.Client(await testDatabase());
    await client.connect();
    try {
      const id = '5d1f0c1e-6a4b-4b0f-9c53-b6a1d2e47f10';
      const { rows } = await client.query('select $1::bigint[] as numbers, $2::uuid[] as ids, $3::integer[] as none', [
        plainArray([1, null, -1, Number.MAX_SAFE_INTEGER]),
        plainArray([id]),
        plainArray([]),
      ]);
      expect(rows).toEqual([{ numbers: ['1', null, '-1', '9007199254740991'], ids: [id], none: [] }]);
    } finally {
      await client.end();
    }
  });
});
