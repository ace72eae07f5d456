import { sha256 } from '@ballast/kernel';
import fc from 'fast-check';
import { MarginHouse, NOON, payloadsOf } from '../margin.fixtures.js';
import {
  AssessmentRecords,
  proveAssessment,
  readRecord,
  RECORD_BYTES,
  verifyAssessment,
} from './assessment-records.js';
import { runMargin } from './margin-run.js';

function crowd(ids: readonly string[]): MarginHouse {
  const house = new MarginHouse();
  house.accept(
    ...ids.flatMap((id) => {
      const number = Number(id.slice(1, -5));
      const position = { instrument: 'BTC-PERP' as const, quantity: '1', cost: String(59_000 + number) };
      return [house.opened(id), house.changed(id, { USD: String(1_900 + number), position })];
    }),
  );
  return house;
}
const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `o${String(i).padStart(4, '0')}.main`);

describe('assessment records [CLR-MRG-041]', () => {
  it('are 64 bytes, big-endian, with six zero bytes at the end', () => {
    const records = new AssessmentRecords(1);
    records.setFigures(0, 2 ** 32 + 5, -1.5, 2.5, 1, 0.5, 4, 1);
    const hex = Buffer.from(records.bytes).toString('hex');
    expect(hex).toBe(
      `${'00'.repeat(16)}0000000100000005bff80000000000004004000000000000` +
        '3ff00000000000003fe00000000000000401000000000000',
    );
    expect(readRecord(records.bytes, 0)).toEqual({
      idHash: '00'.repeat(16),
      version: 2 ** 32 + 5,
      equity: -1.5,
      initial: 2.5,
      call: 1,
      liquidation: 0.5,
      state: 4,
      exact: true,
    });
  });

  it('name the account by the first 16 bytes of the hash of its id', () => {
    const house = crowd(['o0001.main']);
    house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    const { book } = house.machine.state;
    const { records } = runMargin(book, book.allSlots(), house.assessor(), NOON);
    expect(readRecord(records.bytes, 0)).toMatchObject({
      idHash: sha256('o0001.main').toString('hex', 0, 16),
      version: 2,
      equity: 2_900,
      state: 0,
    });
  });

  it.each([1, 255, 256, 257, 600])('prove each of %d assessments against the root of the run', (count) => {
    const house = crowd(ids(count));
    const [completed] = payloadsOf(house.prices({ at: NOON, BTC: '60000', ETH: '3000' }), 'MarginRunCompleted');
    if (completed === undefined) throw new Error('no run');
    const { book } = house.machine.state;
    const { records } = runMargin(book, book.allSlots(), house.assessor(), NOON);
    expect(records.root()).toBe(completed.root);
    for (const index of new Set([0, Math.floor(count / 2), count - 1])) {
      const proof = proveAssessment(records, index);
      expect(verifyAssessment(proof, completed.root)?.idHash).toBe(
        sha256(ids(count)[index] as string).toString('hex', 0, 16),
      );
      const forged = Buffer.from(proof.chunk, 'hex');
      forged[(index % 256) * RECORD_BYTES + 24] = 0x7f;
      expect(verifyAssessment({ ...proof, chunk: forged.toString('hex') }, completed.root)).toBeNull();
    }
    expect(() => proveAssessment(records, count)).toThrow('no assessment');
  });

  it('make the same root in whatever order the accounts were opened', () => {
    const all = ids(40);
    const rootOf = (order: readonly string[]): string | undefined =>
      payloadsOf(crowd(order).prices({ at: NOON, BTC: '60000', ETH: '3000' }), 'MarginRunCompleted')[0]?.root;
    const expected = rootOf(all);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }), (shuffled) => {
        expect(rootOf(shuffled)).toBe(expected);
      }),
      { numRuns: 5 },
    );
  });
});
