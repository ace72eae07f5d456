import { describe, expect, it } from '@jest/globals';
import { Decimal, text } from '@ballast/kernel';
import { driftRunners } from './drift.runners.js';

const run = (kind: string, inputs: unknown, steps?: unknown) =>
  driftRunners[kind]!({ id: 'case', kind, params: {}, inputs, ...(steps === undefined ? {} : { steps }) });

/** Figures as texts, so that rows can be compared. */
const shown = (result: unknown): unknown =>
  result instanceof Decimal
    ? text(result)
    : typeof result === 'object' && result !== null
      ? Object.fromEntries(Object.entries(result).map(([name, value]) => [name, shown(value)]))
      : result;

const SEQUENCE = {
  quoteBalance: '900',
  position: { openBids: '0', openAsks: '0', openOrders: '0', size: '200', quoteAmount: '-20000' },
  market: {
    maintenance: '0.05',
    imfFactor: '0',
    liquidatorFee: '0.01',
    insuranceFee: '0',
    stepSize: '0.01',
    oraclePrice: '100',
  },
  liquidationBufferRatio: '0.02',
  initialPct: '0.1',
  durationSlots: '150',
  paced: true,
};

describe('cases of Drift, read', () => {
  it('carry a liquidation from step to step, with what the liquidator holds after each', () => {
    const steps = [
      { slot: '1000', liquidatorMaxBase: '1000' },
      { slot: '1150', liquidatorMaxBase: '10' },
      { slot: '1150', liquidatorMaxBase: '1000' },
      { slot: '1151', liquidatorMaxBase: '1000' },
    ];
    const rows = run('liquidation_sequence', SEQUENCE, steps) as Record<string, unknown>[];
    const brief = rows.map(({ size, liquidatorSize, inLiquidation, error }) =>
      shown({ size, liquidatorSize, inLiquidation, error }),
    );
    expect(brief[0]).toMatchObject({ size: '191.66', liquidatorSize: '8.34', inLiquidation: true });
    expect(brief[1]).toMatchObject({ size: '181.66', liquidatorSize: '18.34', inLiquidation: true });
    expect(brief[2]).toMatchObject({ inLiquidation: false });
    // Once it has left, the account holds its maintenance requirement and is refused.
    expect(brief[3]).toMatchObject({ inLiquidation: false, error: 'SufficientCollateral' });
    expect(rows.map(({ marginFreed }) => shown(marginFreed)).at(-1)).toBe('0');
  });

  it('reads asks with either sign, and one order a side where none are counted', () => {
    const perp = { size: '1', quoteAmount: '-100', price: '100', initial: '0.1', maintenance: '0.05' };
    const account = { requirement: 'initial', quote: { balance: '0', price: '1' }, strict: false, spot: null };
    const required = (orders: object) => shown(run('account_margin', { ...account, perp: { ...perp, ...orders } }));
    expect(required({ openAsks: '-3', openOrders: '2' })).toMatchObject({ marginRequirement: '20.02' });
    expect(required({ openAsks: '3', openBids: '1' })).toMatchObject({ marginRequirement: '20.02' });
    expect(required({})).toMatchObject({ marginRequirement: '10' });
  });

  it('weighs a profit by the weight of its perpetual for new risk', () => {
    const perp = { size: '1', quoteAmount: '0', price: '100', initial: '0.1', maintenance: '0.05' };
    const collateral = (requirement: string, quote: object, weight: object) =>
      shown(
        run('account_margin', {
          requirement,
          quote: { balance: '10', price: '1.01', ...quote },
          strict: true,
          spot: null,
          perp: { ...perp, ...weight },
        }),
      );
    const none = { unrealisedPnlWeight: '0' };
    expect(collateral('initial', {}, none)).toMatchObject({ totalCollateral: '10.1' });
    expect(collateral('initial', { twap5min: '0.95' }, none)).toMatchObject({ totalCollateral: '9.5' });
    expect(collateral('initial', {}, {})).toMatchObject({ totalCollateral: '110.1' });
    expect(collateral('maintenance', {}, none)).toMatchObject({ totalCollateral: '111.1' });
  });

  it('measures a size on the grid of its token', () => {
    const weight = {
      side: 'asset',
      requirement: 'initial',
      imfFactor: '0.1',
      initialWeight: '0.9',
      maintenanceWeight: '0.9',
    };
    expect(shown(run('size_adjusted_weight', { ...weight, size: '4.9999', decimals: '0' }))).toEqual({ weight: '0.9' });
    expect(shown(run('size_adjusted_weight', { ...weight, size: '5', decimals: '0' }))).toEqual({ weight: '0.8989' });
  });

  it.each([
    ['the largest integer of 128 bits on the grid', '340282366920938463463374607431768.211455'],
    ['the same in smallest units', '340282366920938463463374607431768211455'],
    ['a word', 'max'],
    ['none of them', '1000', 'unlimited'],
  ])('an unlimited size is %s', (_what, liabilityTransfer, shownAs = liabilityTransfer) => {
    const kind = 'liability_transfer_to_cover_shortage';
    const inputs = {
      marginShortage: '10',
      assetWeight: '1',
      assetMultiplier: '1',
      liabilityWeight: '1',
      liabilityMultiplier: '0.75',
      liabilityDecimals: '6',
      liabilityPrice: '100',
    };
    const result = driftRunners[kind]!({ id: 'case', kind, params: {}, inputs, expected: { liabilityTransfer } });
    expect(shown(result)).toEqual({ liabilityTransfer: shownAs });
  });

  it('names what the product refuses', () => {
    const nobody = { loss: '1', longOpenInterest: '0', shortOpenInterest: '0' };
    const refused = (error: string) =>
      driftRunners.perp_loss_socialisation!({
        id: 'case',
        kind: 'perp_loss_socialisation',
        params: {},
        inputs: nobody,
        expected: { error },
      });
    expect(refused('CantResolvePerpBankruptcy')).toEqual({ error: 'CantResolvePerpBankruptcy' });
    expect(refused('SufficientCollateral')).toEqual({ error: 'no-open-interest' });
  });
});
