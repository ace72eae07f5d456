import type { MarginEvents } from '@ballast/facts';
import { ZERO, dec, text } from '@ballast/kernel';
import type { LiquidationCase } from '../case/liquidation-case.js';
import { openedCase } from '../case/liquidation-case.js';
import { nextStep, type CaseBasis } from '../case/next-step.js';
import { proceed } from '../case/case.decider.js';
import {
  POLICY,
  admitted,
  assessmentOf,
  linear,
  requirementOf,
  scheduleInForce,
  underlyingSchedule,
} from '../liquidation.fixtures.js';
import type { LiquidationPolicy } from '../liquidation-policy.js';

const CALL = 'BTC-27MAR26-50000-C';
const terms = { contractSize: '1', quoteAsset: 'USD', settlementAsset: 'USD', tick: '0.1', lot: '0.01' };
const listedAt = '2020-01-01T00:00:00Z';

const CONTRACTS = admitted(
  { id: CALL, ...terms, cashStyle: 'premium', deliveryFee: { rate: '0', capOfValue: '0' }, listedAt },
  ...['BTC-27MAR26', 'BTC-26JUN26', 'BTC-28FEB20'].map((id) => ({
    ...{ id, ...terms, cashStyle: 'marked-to-market' as const, listedAt, deliveryFee: { rate: '0', capOfValue: '0' } },
  })),
  {
    id: 'BTC-PERP-INVERSE',
    ...terms,
    contractSize: '100',
    settlementAsset: 'BTC',
    cashStyle: 'marked-to-market',
    listedAt,
  },
);

const HEDGING: LiquidationPolicy = { ...POLICY, hedge: { parts: 4 } };
const place = { partition: 0, position: 7 };
const schedule = scheduleInForce(4, [underlyingSchedule('BTC', '50000', linear('0.02'))]);
const FIGURES = { schedule: 4, accountVersion: 3 };
const opened = openedCase({ caseId: 'a.main#1', accountId: 'a.main', trigger: place, figures: {} as never });
const ready: LiquidationCase = { ...opened, ordersCancelled: true };

/** Ten calls written that 10,000 are required for. */
function basis(equity: string, changes: Partial<CaseBasis> = {}, instrument: string = CALL): CaseBasis {
  const assessment = assessmentOf('a.main', equity, [requirementOf(instrument, '-10', '50000', '0.02')], FIGURES);
  return {
    ...{ assessment, accountVersion: 3, schedule, contracts: CONTRACTS, halted: false, houseHalted: false },
    ...{ claim: ZERO, answering: [], agreements: undefined, auctions: undefined },
    ...changes,
  };
}

type Judged = MarginEvents['HedgeJudged'];
const size = (quantity: string, maintenance: string) => ({
  quantity,
  delta: text(dec(quantity).minus(4).times(50_000)),
  maintenance,
});
const SIZES = [size('1', '8000'), size('2', '6500'), size('3', '5500'), size('4', '6000')];
const HEDGE: Judged['hedges'][number] = {
  ...{ underlying: 'BTC', instrument: 'BTC-PERP', side: 'buy', mark: '50000', unitNotional: '50000' },
  ...{ delta: '-200000', ownerNotional: '200000', sizes: SIZES },
};

/** A case that margin has answered. */
function answered(hedges: Judged['hedges'] = [HEDGE], at: Partial<Judged> = {}): LiquidationCase {
  const judged = { caseId: 'a.main#1', accountId: 'a.main', request: place, ...FIGURES, maintenance: '10000', hedges };
  return {
    ...ready,
    hedge: { request: place, ...FIGURES, answer: { judgement: place, judged: { ...judged, ...at } } },
  };
}
const withTurn = (current: LiquidationCase, notional: string, instrument = 'BTC-PERP'): LiquidationCase => ({
  ...current,
  turn: {
    ...{ request: place, instrument, schedule: 3, accountVersion: 3 },
    granted: { notional: dec(notional), taken: ZERO, from: 0, until: 8.64e15 },
  },
});
const WIDE = '100000000';

describe('before an option is closed [CLR-LIQ-080]', () => {
  it('margin is asked of the linear contracts that trade: perpetuals, then futures, the next expiry first', () => {
    const step = nextStep(ready, basis('9000'), HEDGING);
    expect(step).toMatchObject({
      kind: 'ask-for-hedge',
      request: {
        ...{ caseId: 'a.main#1', accountId: 'a.main', parts: 4, least: '2000', ...FIGURES },
        books: [
          {
            underlying: 'BTC',
            contracts: [
              // 20bn a day, 5 % of it, for a minute.
              { instrument: 'BTC-PERP', lot: '0.001', largest: expect.stringMatching(/^694444\.44/) as string },
              { instrument: 'BTC-27MAR26', lot: '0.01' },
              { instrument: 'BTC-26JUN26', lot: '0.01' },
            ],
          },
        ],
      },
    });
  });

  it.each`
    method         | orderShare    | largest            | why
    ${'to-target'} | ${null}       | ${/^694444\.44/}   | ${'a slice'}
    ${'full'}      | ${null}       | ${/^3472222\.22$/} | ${'the pace of the minute'}
    ${'by-share'}  | ${dec('0.2')} | ${/^3472222\.22$/} | ${'the pace of the minute: a share is of a position, not of its hedge'}
  `(
    'by the method $method an order of it is at most $why [CLR-LIQ-060]',
    ({ method, orderShare, largest }: Pick<LiquidationPolicy, 'method' | 'orderShare'> & { largest: RegExp }) => {
      expect(nextStep(ready, basis('9000'), { ...HEDGING, method, orderShare })).toMatchObject({
        kind: 'ask-for-hedge',
        request: { books: [{ contracts: [{ largest: expect.stringMatching(largest) as string }, {}, {}] }] },
      });
    },
  );

  it.each`
    why                                  | current                                                                                  | given                            | policy     | expected
    ${'the policy does not say so'}      | ${ready}                                                                                 | ${basis('9000')}                 | ${POLICY}  | ${'ask-for-turn'}
    ${'nothing is held but a perpetual'} | ${ready}                                                                                 | ${basis('9000', {}, 'BTC-PERP')} | ${HEDGING} | ${'ask-for-turn'}
    ${'it is at its target'}             | ${ready}                                                                                 | ${basis('15000')}                | ${HEDGING} | ${'end'}
    ${'nothing is left'}                 | ${ready}                                                                                 | ${basis('-1')}                   | ${HEDGING} | ${'draw-from-fund'}
    ${'the last hedge found nobody'}     | ${{ ...ready, thinHedge: 4 }}                                                            | ${basis('9000')}                 | ${HEDGING} | ${'ask-for-turn'}
    ${'it found nobody at other prices'} | ${{ ...ready, thinHedge: 3 }}                                                            | ${basis('9000')}                 | ${HEDGING} | ${'ask-for-hedge'}
    ${'margin has not answered'}         | ${{ ...ready, hedge: { request: place, ...FIGURES, answer: null } }}                     | ${basis('9000')}                 | ${HEDGING} | ${'wait'}
    ${'it was asked on other figures'}   | ${{ ...ready, hedge: { request: place, schedule: 3, accountVersion: 3, answer: null } }} | ${basis('9000')}                 | ${HEDGING} | ${'ask-for-hedge'}
    ${'it was judged on other figures'}  | ${answered([HEDGE], { accountVersion: 4 })}                                              | ${basis('9000')}                 | ${HEDGING} | ${'ask-for-turn'}
  `('$why: $expected', ({ current, given, policy, expected }) => {
    const step = nextStep(current as LiquidationCase, given as CaseBasis, policy as LiquidationPolicy);
    expect(step.kind).toBe(expected);
    if (step.kind === 'ask-for-turn') expect(step.slice.position.contract.instrument.kind).not.toBe('future');
  });

  const halting = (...ids: readonly string[]): CaseBasis['contracts'] =>
    new Map([...CONTRACTS].map(([id, contract]) => [id, { ...contract, halted: ids.includes(id) }]));

  it('is hedged although its options are halted, and waits when that helps nothing', () => {
    const contracts = halting(CALL);
    expect(nextStep(answered(), basis('9000', { contracts }), HEDGING)).toMatchObject({ kind: 'ask-for-turn' });
    expect(nextStep(answered([]), basis('9000', { contracts }), HEDGING)).toMatchObject({
      reason: 'instrument-halted',
    });
    expect(nextStep(ready, basis('9000', { contracts }), POLICY)).toMatchObject({ reason: 'instrument-halted' });
  });

  it('waits for no book in which nothing trades any more, and says what it waits for [CLR-HLT-002]', () => {
    // Nobody took its options on this schedule; then they were halted.
    const thin = { thinSchedule: 4 };
    const contracts = halting(CALL);
    expect(nextStep({ ...ready, ...thin }, basis('9000'), HEDGING)).toMatchObject({ reason: 'book-too-thin' });
    expect(nextStep({ ...ready, ...thin }, basis('9000', { contracts }), HEDGING)).toMatchObject({
      kind: 'ask-for-hedge',
    });
    expect(nextStep({ ...answered([]), ...thin }, basis('9000', { contracts }), HEDGING)).toMatchObject({
      reason: 'instrument-halted',
    });
    expect(nextStep({ ...ready, ...thin, thinHedge: 4 }, basis('9000', { contracts }), HEDGING)).toMatchObject({
      reason: 'instrument-halted',
    });
  });

  it('is not hedged in what is halted behind the judgement, turn or no turn [CLR-HLT-002]', () => {
    const closes = (contracts: CaseBasis['contracts'], current: LiquidationCase) =>
      nextStep(current, basis('9000', { contracts }), HEDGING);
    for (const current of [answered(), withTurn(answered(), WIDE)]) {
      expect(closes(CONTRACTS, current)).toMatchObject({
        slice: { position: { contract: { instrument: { id: 'BTC-PERP' } } } },
      });
      expect(closes(halting('BTC-PERP'), current)).toMatchObject({
        kind: 'ask-for-turn',
        slice: { position: { contract: { instrument: { id: CALL } } } },
      });
      expect(closes(halting('BTC-PERP', CALL), current)).toMatchObject({ reason: 'instrument-halted' });
    }
  });
});

describe('which hedge is sent [CLR-LIQ-081]', () => {
  const sent = (current: LiquidationCase, equity: string): readonly [string, string] => {
    const step = nextStep(withTurn(current, WIDE), basis(equity), HEDGING);
    if (step.kind === 'close-out' && step.hedge !== undefined) return [step.kind, text(step.slice.quantity)];
    return [step.kind === 'ask-for-turn' ? step.slice.position.contract.instrument.id : step.kind, ''];
  };

  // p_hat of 200,000 is 11.29 bp, of one bitcoin 56.45: 2 reach 1.5 x 6,500 = 9,750 with 9,862.90 or more.
  it.each`
    equity    | hedges                                         | expected              | why
    ${'9900'} | ${[HEDGE]}                                     | ${['close-out', '2']} | ${'the cheapest that reaches the target'}
    ${'9800'} | ${[HEDGE]}                                     | ${['close-out', '3']} | ${'its cost counted, a smaller one does not'}
    ${'7000'} | ${[HEDGE]}                                     | ${['close-out', '3']} | ${'none reaches it: what leaves least missing'}
    ${'7000'} | ${[{ ...HEDGE, sizes: [size('1', '10000')] }]} | ${[CALL, '']}         | ${'what frees nothing is not sent'}
    ${'7000'} | ${[{ ...HEDGE, sizes: [size('1', '10400')] }]} | ${[CALL, '']}         | ${'nor what is required more for'}
    ${'7000'} | ${[{ ...HEDGE, sizes: [size('1', '9990')] }]}  | ${[CALL, '']}         | ${'nor what costs more than the target needs less'}
    ${'7000'} | ${[]}                                          | ${[CALL, '']}         | ${'nothing was worth an order'}
  `('$equity: $why', ({ equity, hedges, expected }) => {
    expect(sent(answered(hedges as Judged['hedges']), equity as string)).toEqual(expected);
  });

  it('is told with every figure, within what equity bears of what it frees [CLR-LIQ-082]', () => {
    const facts = proceed(withTurn(answered(), WIDE), basis('7000'), HEDGING);
    expect(facts).toMatchObject([
      {
        type: 'CloseOutOrderPlaced',
        payload: {
          ...{ instrument: 'BTC-PERP', side: 'buy', quantity: '3', mark: '50000', requirementFreed: '4500' },
          // 7,000 x 4,500 / 10,000 = 3,150 over 150,000 of notional: 2.1 %, so 51,050 is the worst price.
          ...{ equityRate: '0.021', bearableRate: '0.021', limit: '51050' },
          hedge: {
            ...{ judgement: place, underlying: 'BTC', deltaBefore: '-200000', deltaAfter: '-50000' },
            ...{ requirementBefore: '10000', requirementAfter: '5500' },
          },
        },
      },
    ]);
  });

  it('asks for a turn of no less than the smallest size that helps, and uses what it is given', () => {
    const asked = proceed(answered(), basis('7000'), HEDGING);
    expect(asked).toMatchObject([{ type: 'CloseOutTurnRequested', payload: { notional: '150000', least: '50000' } }]);
    const used = nextStep(withTurn(answered(), '120000'), basis('7000'), HEDGING);
    expect(used.kind === 'close-out' && text(used.slice.quantity)).toBe('2');
    // Another contract would free more, and its turn might be cut as well: what is granted is used, or two contracts ask in turn for ever.
    const two = answered([HEDGE, { ...HEDGE, instrument: 'BTC-27MAR26' }]);
    for (const instrument of ['BTC-PERP', 'BTC-27MAR26']) {
      const step = nextStep(withTurn(two, '120000', instrument), basis('7000'), HEDGING);
      expect(
        step.kind === 'close-out' && [step.slice.position.contract.instrument.id, text(step.slice.quantity)],
      ).toEqual([instrument, '2']);
    }
    // A turn of the option is none of the hedge.
    expect(nextStep(withTurn(answered(), WIDE, CALL), basis('7000'), HEDGING)).toMatchObject({ kind: 'ask-for-turn' });
  });
});
