import type { MeasuredMarket, QuoteEvents } from '@ballast/facts';
import { SECOND_MS, instantOf } from '@ballast/kernel';
import * as fc from 'fast-check';
import { QuoteTape, payloadsOf, priced, threeVenues } from '../pricing.fixtures.js';

const NINE = instantOf('2020-03-12T09:00:00Z');

/** A market with a book at the index, quoted and priced once. */
const opened = (): QuoteTape => quoted(new QuoteTape(NINE).market(60, ['BTC'])).tick();
const quoted = (tape: QuoteTape, book = '8000'): QuoteTape => tape.quotes('BTC', threeVenues('8000')).book('BTC', book);
const publishedBy = (tape: QuoteTape): readonly (MeasuredMarket | undefined)[] =>
  payloadsOf(priced(tape).events, 'PriceSetPublished').map(({ marks }) => marks[0]?.market);
const ignoredBy = (tape: QuoteTape) => Object.fromEntries(priced(tape).machine.state.ignored);

describe('the measured market of a perpetual [CLR-PRC-022]', () => {
  it('is published with its mark: distance of each side of the book from it, depth, and what is traded a day', () => {
    // An hour at 1/24 of 1.2bn.
    const tape = quoted(opened().after(60)).activity('BTC', 3_600, '50000000').tick();
    expect(publishedBy(tape)).toEqual([
      undefined,
      {
        instrument: 'BTC-PERP',
        dailyVolume: '1200000000',
        bids: { distance: '0.0001', depth: '4000000' },
        asks: { distance: '0.0001', depth: '5000000' },
      },
    ]);
  });

  it('measures from the mark: a book below its band costs sellers more, and buyers nothing', () => {
    // The mark is held at 7,920, a percent below the index; the best bid is 7,799.22.
    const tape = quoted(opened().after(60), '7800').activity('BTC', 3_600, '50000000').tick();
    expect(publishedBy(tape).at(-1)).toMatchObject({ bids: { distance: '0.01525' }, asks: { distance: '0' } });
  });

  it('fades with a half-life of ten minutes: after 1.2bn a day, ten minutes without a trade leave 0.6bn', () => {
    const tape = quoted(opened().after(60)).activity('BTC', 3_600, '50000000').tick();
    quoted(tape.after(600)).activity('BTC', 600, '0').tick();
    expect(publishedBy(tape).at(-1)?.dailyVolume).toBe('600000000');
  });

  it('says no volume before ten minutes have been observed, but depth at once', () => {
    const tape = opened();
    const seen = [1, 2].map((n) => {
      quoted(tape.after(300)).activity('BTC', 300, '1000000').tick();
      return [n, publishedBy(tape).at(-1)?.dailyVolume, publishedBy(tape).at(-1)?.bids.depth];
    });
    expect(seen).toEqual([
      [1, undefined, '4000000'],
      [2, '288000000', '4000000'],
    ]);
  });

  it.each`
    silent        | bookAfter | activityAfter
    ${'activity'} | ${91}     | ${null}
    ${'book'}     | ${null}   | ${91}
  `(
    'is absent once the $silent is older than 90 s',
    ({ bookAfter, activityAfter }: { bookAfter: number | null; activityAfter: number | null }) => {
      const tape = quoted(opened().after(60)).activity('BTC', 3_600, '50000000').tick();
      tape.after(91).quotes('BTC', threeVenues('8000'));
      if (bookAfter !== null) tape.book('BTC', '8000');
      if (activityAfter !== null) tape.activity('BTC', 91, '1');
      expect(publishedBy(tape.tick()).at(-1)).toBeUndefined();
    },
  );

  it('is absent on HALT: nothing is measured at frozen prices', () => {
    const tape = quoted(opened().after(60)).activity('BTC', 3_600, '50000000').tick();
    tape.after(120).book('BTC', '8000').activity('BTC', 120, '1').tick();
    const last = payloadsOf(priced(tape).events, 'PriceSetPublished').at(-1);
    expect(last?.status).toBe('HALT');
    expect(last?.marks[0]).toMatchObject({ branch: 'frozen' });
    expect(last?.marks[0]?.market).toBeUndefined();
  });

  type Changes = Partial<QuoteEvents['MarketActivityObserved']>;
  it.each`
    changes                            | because                  | why
    ${{ volume: '-1' }}                | ${'malformed-message'}   | ${'a volume below zero'}
    ${{ volume: 'NaN' }}               | ${'malformed-message'}   | ${'a volume that is no number'}
    ${{ bidDepth: '1e9' }}             | ${'malformed-message'}   | ${'a depth with an exponent'}
    ${{ askDepth: null }}              | ${'malformed-message'}   | ${'no depth'}
    ${{ from: NINE + 60 * SECOND_MS }} | ${'malformed-message'}   | ${'a window without time'}
    ${{ from: NINE + 61 * SECOND_MS }} | ${'malformed-message'}   | ${'a window that ends before it begins'}
    ${{ from: 0.5 }}                   | ${'malformed-message'}   | ${'a moment that is none'}
    ${{ at: NINE + 70 * SECOND_MS }}   | ${'quote-ahead-of-time'} | ${'a window of the future'}
    ${{ instrument: 'DOGE-PERP' }}     | ${'unknown-instrument'}  | ${'nothing that is listed'}
  `('$why is counted and changes nothing', ({ changes, because }: { changes: Changes; because: string }) => {
    const tape = quoted(opened().after(60)).activity('BTC', 60, '1000', changes).tick();
    expect(ignoredBy(tape)).toEqual({ [because]: 1 });
    expect(publishedBy(tape).at(-1)).toBeUndefined();
  });

  it('counts no trade twice: a window that overlaps the last one is ignored', () => {
    const tape = quoted(opened().after(60)).activity('BTC', 3_600, '50000000').tick();
    quoted(tape.after(60)).activity('BTC', 61, '900000000').tick();
    expect(ignoredBy(tape)).toEqual({ 'late-quote': 1 });
    expect(publishedBy(tape).at(-1)?.dailyVolume).toBe('1200000000');
  });

  it('stays between the least and the most that was traded, however the windows fall', () => {
    const windows = fc.array(fc.record({ seconds: fc.integer({ min: 1, max: 90 }), perSecond: fc.nat(1_000_000) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(windows, (sketches) => {
        const tape = opened().after(60).activity('BTC', 600, '600000000');
        for (const { seconds, perSecond } of sketches) {
          quoted(tape.after(seconds)).activity('BTC', seconds, String(seconds * perSecond));
        }
        const volume = Number(publishedBy(tape.tick()).at(-1)?.dailyVolume);
        const rates = [1_000_000, ...sketches.map(({ perSecond }) => perSecond)];
        expect(volume).toBeGreaterThanOrEqual(Math.min(...rates) * 86_400 - 1);
        expect(volume).toBeLessThanOrEqual(Math.max(...rates) * 86_400 + 1);
      }),
      { numRuns: 50 },
    );
  });
});
