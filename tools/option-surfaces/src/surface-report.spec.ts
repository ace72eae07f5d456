import { exp, isoOf } from '@ballast/kernel';
import { black76 } from '@ballast/valuation/testing';
import { snapshotsOf } from './deribit-snapshots.js';
import {
  type SnapshotFigures,
  TICK,
  fitSnapshot,
  lineOf,
  quantile,
  snapshotMedians,
  totalsOf,
} from './surface-report.js';

const HEAD =
  'timestamp,currency,instrument_name,option_type,strike,expiry_datetime,underlying_name,underlying,index_price,' +
  'bid_price,ask_price,mark_price,implied_volatility,delta,vega,open_interest,volume';

/** Eleven strikes of a 30-day expiry at a volatility that bends with the distance from the money. */
function rows(timestamp: string, forward = 60_000): string[] {
  return [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5].flatMap((step) =>
    (['call', 'put'] as const).map((type) => {
      const strike = Math.round((forward * exp(0.05 * step)) / 100) * 100;
      const volatility = Number((0.5 + 0.004 * step * step).toFixed(4));
      const mark = black76(type, forward, strike, 30 / 365, volatility) / forward;
      const name = `BTC-03MAR26-${strike}-${type === 'call' ? 'C' : 'P'}`;
      const quote = step === 5 ? ',' : `${(mark - 0.001).toFixed(6)},${(mark + 0.001).toFixed(6)}`;
      const held = step === -5 ? 0 : 3;
      return `${timestamp},BTC,${name},${type},${strike},2026-03-03T08:00:00+00:00,SYN,${forward},${forward},${quote},${mark},${volatility},0,0,${held},0`;
    }),
  );
}

const early = '2026-02-01T08:00:00.123456+00:00';
const csv = [HEAD, ...rows('2026-02-01T14:00:00.000000+00:00', 61_000), ...rows(early)].join('\n');

describe('Deribit snapshots', () => {
  it('are read one per collection time, in the order of time', () => {
    const snapshots = snapshotsOf(csv);
    expect(snapshots.map(({ chain }) => isoOf(chain.asOf))).toEqual([
      '2026-02-01T08:00:00.123Z',
      '2026-02-01T14:00:00Z',
    ]);
    const [{ chain, held }] = snapshots as [(typeof snapshots)[0]];
    expect(chain).toMatchObject({ underlying: 'BTC', settlement: 'inverse', expiries: [{ forward: 60_000 }] });
    expect(chain.expiries[0]?.quotes).toHaveLength(22);
    expect(held.size).toBe(20);
  });

  it('leave a missing side missing', () => {
    const quotes = snapshotsOf(csv)[0]?.chain.expiries[0]?.quotes ?? [];
    const dark = quotes.filter(({ bid, ask }) => bid === undefined && ask === undefined);
    expect(dark.map(({ type }) => type)).toEqual(['call', 'put']);
  });

  it('of another file are refused with the columns it lacks', () => {
    expect(() => snapshotsOf('timestamp,currency\n1,BTC')).toThrow(/instrument_name/);
    expect(() => snapshotsOf(HEAD)).toThrow(/no rows/);
  });
});

describe('the report [CLR-VAL-026]', () => {
  const [first, second] = snapshotsOf(csv) as [ReturnType<typeof snapshotsOf>[0], ReturnType<typeof snapshotsOf>[0]];
  const one = fitSnapshot(first);
  const two = fitSnapshot(second, one.surface);

  it('says of a smile that SVI can have: live, near, in parity', () => {
    expect(one.figures).toMatchObject({ expiries: 1, live: 1, degraded: 0, missing: 0, rejected: [], failed: [] });
    expect(one.figures.smileErrors).toHaveLength(20);
    expect(quantile(one.figures.smileErrors, 0.5)).toBeLessThan(0.2);
    expect(one.figures.parity).toBeLessThan(TICK / 1_000);
    expect(lineOf(one.figures)).toContain('2026-02-01T08:00 BTC');
  });

  it('passes when the median error and parity are within bounds, and only then', () => {
    const all = [one.figures, two.figures];
    expect(totalsOf(all)).toMatchObject({ passed: true });
    expect(totalsOf(all).lines[0]).toContain('2 snapshots, 2 chains, 2 expiries: 2 passed all gates');
    const off: SnapshotFigures = { ...one.figures, smileErrors: [0.4, 0.6, 0.6] };
    expect(totalsOf([off]).passed).toBe(false);
    expect(totalsOf([{ ...one.figures, smileErrors: [0.5] }]).passed).toBe(true);
    expect(totalsOf([{ ...one.figures, parity: 1.01 * TICK }]).passed).toBe(false);
  });

  it('says the median of each snapshot, all currencies together, and names those beyond the bound', () => {
    const btc: SnapshotFigures = { ...one.figures, smileErrors: [0.1, 0.2, 0.3] };
    const eth: SnapshotFigures = { ...btc, underlying: 'ETH', smileErrors: [0.9, 0.9] };
    const later: SnapshotFigures = { ...btc, at: '2026-02-05T21:29', smileErrors: [0.1, 0.6, 0.7] };
    expect(snapshotMedians([btc, eth, later])).toEqual([
      { at: '2026-02-05T21:29', median: 0.6 },
      { at: '2026-02-01T08:00', median: 0.3 },
    ]);
    expect(totalsOf([btc, eth, later]).lines[2]).toBe(
      'median of each snapshot: 1 of 2 within 0.5, not 2026-02-05T21:29 (0.600); worst chain 2026-02-01T08:00 ETH (0.900)',
    );
  });

  it('takes the upper of two middle figures', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([1, 2], 0.5)).toBe(2);
    expect(quantile([], 0.5)).toBeNaN();
  });
});
