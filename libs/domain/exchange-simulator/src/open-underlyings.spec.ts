import type { FillEvents, OrderReportEvents, QuoteEvents, TransferEvents } from '@ballast/facts';
import { dec, HOUR_MS, MINUTE_MS } from '@ballast/kernel';
import { TestExchange } from './test-exchange.fixtures.js';
import { characterOf } from './market/character.js';
import { barsFrom, NOON, smallCrash } from './scenario/scenario.fixtures.js';
import type { SealedEvent } from '@ballast/event-sourcing';

const ofType = <Payload>(said: readonly SealedEvent[], type: string): readonly Payload[] =>
  said.filter((output) => output.type === type).map(({ payload }) => payload as Payload);

const bars = (scale: number) =>
  barsFrom(
    NOON - 6 * HOUR_MS,
    Array.from({ length: 9 }, () => [8_000, 8_030, 7_970, 8_000] as const),
    scale,
  );
const dip = { from: NOON + HOUR_MS, to: NOON + 2 * HOUR_MS, low: '0.985' };
const coins = { USDC: { dips: [dip] }, USDT: { dips: [] } };

describe('a scenario of other underlyings', () => {
  const scenario = smallCrash({ bars: { SOL: bars(50), BTC: bars(1), DOT: bars(1_000) } });
  const host = new TestExchange({ scenario });
  const said = host.begin(NOON);
  host.run(90);

  it('lists, quotes and trades the perpetuals of what it names, and nothing else', () => {
    const listed = ofType<QuoteEvents['InstrumentListed']>(said, 'InstrumentListed');
    expect(listed.map(({ specification }) => specification.id)).toEqual(['BTC-PERP', 'DOT-PERP', 'SOL-PERP']);
    const quoted = ofType<QuoteEvents['VenueQuotesReceived']>(said, 'VenueQuotesReceived');
    expect(quoted.map(({ underlying }) => underlying)).toEqual(['BTC', 'DOT', 'SOL']);
    expect(new Set(host.fills.map(({ instrument }) => instrument))).toEqual(
      new Set(['BTC-PERP', 'DOT-PERP', 'SOL-PERP']),
    );
  });

  it('trades whole lots at prices on the tick', () => {
    for (const { instrument, quantity, price } of host.fills) {
      const { tickDigits, lotDigits } = characterOf(instrument.slice(0, 3)).linear;
      expect(dec(quantity).decimalPlaces()).toBeLessThanOrEqual(lotDigits);
      expect(dec(price).decimalPlaces()).toBeLessThanOrEqual(tickDigits);
    }
  });

  it('answers close-outs in whole lots', () => {
    const accountId = host.fills.find(({ instrument }) => instrument === 'SOL-PERP')?.accountId as string;
    host.fact('CloseOutOrderPlaced', 0, {
      accountId,
      instrument: 'SOL-PERP',
      side: 'sell',
      quantity: '10000000',
      limit: '0',
    });
    const [report] = ofType<OrderReportEvents['CloseOutOrderFinished']>(host.settle(), 'CloseOutOrderFinished');
    expect(report?.status).toBe('partially-filled');
    expect(
      dec(report?.filledQuantity as string)
        .mod('0.1')
        .isZero(),
    ).toBe(true);
  });

  it('runs with one underlying alone', () => {
    const alone = new TestExchange({ scenario: smallCrash({ bars: { SOL: bars(50) } }) }).run(60);
    expect(new Set(alone.fills.map(({ instrument }) => instrument))).toEqual(new Set(['SOL-PERP']));
  });
});

describe('coins of a dollar', () => {
  const host = new TestExchange({ scenario: smallCrash({ coins }), accounts: 600 });
  const said = host.begin(NOON);
  const deposits = ofType<TransferEvents['DepositReceived']>(said, 'DepositReceived');
  const middleOf = (output: readonly SealedEvent[], coin: string): number => {
    const quotes = ofType<QuoteEvents['VenueQuotesReceived']>(output, 'VenueQuotesReceived');
    const own = quotes.find(({ underlying }) => underlying === coin)?.quotes ?? [];
    expect(own.every(({ bid, ask }) => dec(bid).lt(ask))).toBe(true);
    return own.reduce((sum, { bid, ask }) => sum + (Number(bid) + Number(ask)) / 2, 0) / own.length;
  };

  it('are quoted near their dollar, before the clock', () => {
    for (const coin of ['USDC', 'USDT']) expect(Math.abs(middleOf(said, coin) - 1)).toBeLessThan(0.001);
    expect(said.at(-1)?.type).toBe('ClockTicked');
  });

  it('dip as the scenario says, and come back', () => {
    const simulated = new TestExchange({ scenario: smallCrash({ coins }) });
    simulated.run(90);
    expect(Math.abs(middleOf(simulated.begin(NOON + 90 * MINUTE_MS), 'USDC') - 0.985)).toBeLessThan(0.001);
    simulated.run(29);
    const after = simulated.begin(NOON + 120 * MINUTE_MS);
    expect(Math.abs(middleOf(after, 'USDC') - 1)).toBeLessThan(0.001);
  });

  it('are collateral of about one owner in six, beside dollars, and have no contracts', () => {
    const holders = deposits.filter(({ asset }) => asset === 'USDC' || asset === 'USDT');
    const share = holders.length / host.simulator.accounts.length;
    expect(share).toBeGreaterThan(0.11);
    expect(share).toBeLessThan(0.22);
    expect(new Set(holders.map(({ asset }) => asset))).toEqual(new Set(['USDC', 'USDT']));
    expect(
      host.folded.some(({ entry: { stream, type } }) => stream === 'quotes-USDC' && type === 'PerpetualBookObserved'),
    ).toBe(false);
  });

  it('leave a run without them as it is, and name another one', () => {
    const without = new TestExchange({ scenario: smallCrash(), accounts: 600 });
    const plain = ofType<TransferEvents['DepositReceived']>(without.begin(NOON), 'DepositReceived');
    const worth = (all: readonly TransferEvents['DepositReceived'][]) =>
      all.filter(({ asset }) => asset.startsWith('USD')).reduce((sum, { amount }) => sum.plus(amount), dec(0));
    expect(worth(deposits).toFixed()).toBe(worth(plain).toFixed());
    expect(without.simulator.runName).not.toBe(host.simulator.runName);
  });

  it('say the same for the same seed', () => {
    const digest = () => new TestExchange({ scenario: smallCrash({ coins }) }).run(40).digest;
    expect(digest()).toBe(digest());
  });
});

describe('fills of a crowd', () => {
  it('are of admitted contracts only, in whole lots', () => {
    const host = new TestExchange({ scenario: smallCrash({ coins }) }).run(120);
    const fills: readonly FillEvents['TradeFilled'][] = host.fills;
    expect(fills.length).toBeGreaterThan(100);
    for (const { instrument, quantity } of fills) {
      expect(
        dec(quantity)
          .mod(instrument === 'BTC-PERP' ? '0.001' : '0.01')
          .isZero(),
      ).toBe(true);
    }
  });
});
