import { dec } from '@ballast/kernel';
import {
  POLICY,
  admitted,
  assessmentOf,
  linear,
  requirementOf,
  scheduleInForce,
  underlyingSchedule,
  chosenSlice,
} from '../liquidation.fixtures.js';
import type { OpenOrder } from './open-order.js';
import { concludeOrder, placedOrder } from './slice.decider.js';

const OF_CASE = { caseId: 'a.main#1', accountId: 'a.main' };
const schedule = scheduleInForce(1, [underlyingSchedule('BTC', '50000', linear('0.02'))]);
const assessment = assessmentOf('a.main', '9000', [requirementOf('BTC-PERP', '10', '50000', '0.02')]);
const slice = chosenSlice(assessment, schedule, admitted(), POLICY, false);

const order: OpenOrder = {
  place: { partition: 0, position: 7 },
  policy: POLICY.id,
  instrument: 'BTC-PERP',
  side: 'sell',
  hedges: false,
  quantity: dec('2'),
  mark: dec('50000'),
  unitNotional: dec('50000'),
  equityRate: dec('0.02'),
  bearableRate: dec('0.02'),
  limit: dec('49000'),
  theta: dec('0.8'),
  modelledRate: dec('0.001'),
  executionRate: dec('0.0004'),
  timeRate: dec('0.0001'),
  fundShare: dec('0.5'),
  operatingCost: dec('0'),
  schedule: 1,
  closed: dec('2'),
  charged: dec('100'),
  slippage: dec('20'),
  finished: dec('2'),
};

describe('the order of a slice', () => {
  it('cites its policy and says what accounts books by, for a linear perpetual as for any contract [CLR-LIQ-013]', () => {
    const placed = placedOrder(OF_CASE, 3, slice, dec('0'), assessment, dec('1'), { ...POLICY, id: 'calm@4' });
    expect(placed).toMatchObject({
      slice: 3,
      policy: 'calm@4',
      quantity: '4.156',
      health: '0.9',
      expected: { rate: placed.executionRate, from: 'parameters' },
      settlement: { asset: 'USD', notional: '50000', assetPrice: '1' },
    });
  });

  it('says what the measured book makes it cost behind what others took [CLR-LIQ-045]', () => {
    const book = { distance: dec('0.001'), depth: dec('4000000') };
    const measured = { ...slice, position: { ...slice.position, book } };
    const expectedAfter = (taken: string) =>
      placedOrder(OF_CASE, 1, measured, dec(taken), assessment, dec('1'), POLICY).expected;
    expect(expectedAfter('0').from).toBe('measured');
    // 0.001 + 2/3 * 0.01 * sqrt(207,800 / 4,000,000)
    expect(Number(expectedAfter('0').rate)).toBeCloseTo(0.0025195028, 9);
    expect(Number(expectedAfter('1000000').rate)).toBeGreaterThan(Number(expectedAfter('0').rate));
  });

  it('is for an account that is required something: without a requirement there is no health', () => {
    const unrequired = { ...assessment, figures: { ...assessment.figures, maintenance: '0' } };
    expect(() => placedOrder(OF_CASE, 1, slice, dec('0'), unrequired, dec('1'), POLICY)).toThrow(
      'a.main is closed out without a requirement',
    );
  });
});

describe('the end of an order [CLR-LIQ-012]', () => {
  it.each`
    closed   | finished | why
    ${'2'}   | ${null}  | ${'the exchange has not said its last word'}
    ${'1.9'} | ${'2'}   | ${'a fill is not booked yet'}
  `('is not there while $why', ({ closed, finished }: { closed: string; finished: string | null }) => {
    const open = { ...order, closed: dec(closed), finished: finished === null ? null : dec(finished) };
    expect(concludeOrder(OF_CASE, open, POLICY)).toBeUndefined();
  });

  it('is judged by the policy that it was placed under', () => {
    // 4 bp modelled, 2 bp realised: with psi 1 two of the ten basis points go back, with psi 0 none.
    const penalty = (psi: string): string | undefined => concludeOrder(OF_CASE, order, { psi: dec(psi) })?.cost.penalty;
    expect(penalty('1')).toBe('80');
    expect(penalty('0')).toBe('100');
  });

  it('draws from the fund what the penalty does not cover, and nothing when it covers all', () => {
    expect(concludeOrder(OF_CASE, order, POLICY)?.draw).toBeUndefined();
    const dear = concludeOrder(OF_CASE, { ...order, slippage: dec('2100') }, POLICY);
    // 2 % of 100,000 is all that he has in it.
    expect(dear?.cost.penalty).toBe('2000');
    expect(dear?.draw).toEqual({
      ...OF_CASE,
      purpose: 'SlippageBeyondReward',
      amount: '100',
      underlying: 'BTC',
      order: { partition: 0, position: 7 },
    });
  });

  it('costs nothing when nothing was filled', () => {
    const unfilled = { ...order, closed: dec('0'), finished: dec('0'), charged: dec('0'), slippage: dec('0') };
    expect(concludeOrder(OF_CASE, unfilled, POLICY)?.cost).toMatchObject({ penalty: '0', finalRate: '0', reward: '0' });
  });

  it('cannot have more fills than the exchange reported', () => {
    expect(() => concludeOrder(OF_CASE, { ...order, closed: dec('2.1') }, POLICY)).toThrow('beyond its report');
  });
});
