import type { AssessmentDetail } from '@ballast/facts';
import { dec, text, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import { listing, OptionHouse } from '../assess/option-house.fixtures.js';
import { MINUTE, NOON, offering, payloadsOf } from '../margin.fixtures.js';
import { filledAccount } from '../pre-trade/filled-account.js';
import { withClosings } from './closing-judgement.js';

const [CALL, PUT, NAME] = ['BTC-7NOV25-60000-C', 'BTC-7NOV25-60000-P', 'debtor.main'] as const;
const BOOK = [CALL, PUT, 'BTC-7NOV25-66000-C', 'BTC-7NOV25-54000-P', 'BTC-PERP'] as const;
const MARKET = { at: NOON, BTC: '60000', ETH: '3000', volatility: 0.6 };

function optionHouse(...documents: ConstructorParameters<typeof OptionHouse>): OptionHouse {
  const house = new OptionHouse(...documents);
  house.list(...BOOK.slice(0, -1).map((id) => listing(id)));
  house.reprice(MARKET);
  return house;
}

function holds(house: OptionHouse, name: string, quantities: Readonly<Record<string, string>>, USD: string): void {
  house.account(name, { USD });
  for (const [instrument, quantity] of Object.entries(quantities)) {
    const cost = instrument.endsWith('PERP') ? text(dec(60_000).times(quantity)) : '0';
    house.accept(house.changed(name, { USD, position: { instrument, quantity, cost } }));
  }
}

/** An assessment with what closing parts leaves, whatever state the account is in. */
const judged = (house: OptionHouse, name: string): AssessmentDetail =>
  withClosings(house.machine.state, house.machine.state.book.at(name), house.detailOf(name));

/** Maintenance requirement of the account without so much of a position. */
function without(house: OptionHouse, name: string, instrument: string, quantity: Decimal): Decimal {
  const contract = house.assessor().market.open(instrument);
  if (contract === null) throw new Error(`${instrument} has no price`);
  const valued = house.assessor().valuedAccount(house.machine.state.book.at(name));
  const held = valued.account.holdings.get(instrument)?.quantity ?? dec(0);
  const signed = held.isNegative() ? quantity : quantity.neg();
  return valued.changedTo(filledAccount(valued.account, contract, signed, contract.price)).figures.maintenance;
}

describe('what parts of a position free [CLR-MRG-075]', () => {
  it('is judged on the account without them, not by a share in the requirement (W109)', () => {
    const house = optionHouse();
    holds(house, NAME, { [CALL]: '-10', [PUT]: '-10' }, '99228.6');
    const { figures, positions } = judged(house, NAME);
    expect(figures).toMatchObject({ equity: '20000', maintenance: '26179.68' });
    const [calls, puts] = positions;
    expect(calls?.maintenance.slice(0, 8)).toBe('17933.08');
    expect(calls?.closings?.slice(0, 2)).toEqual([
      { quantity: '10', maintenance: '16541.39' },
      { quantity: '5', maintenance: text(without(house, NAME, CALL, dec(5))) },
    ]);
    for (const { instrument, closings = [] } of [calls, puts].flatMap((each) => (each ? [each] : []))) {
      expect(closings.map(({ maintenance }) => maintenance)).toEqual(
        closings.map(({ quantity }) => text(without(house, NAME, instrument, dec(quantity)))),
      );
    }
    // Half of that in whole lots, and so on, until two free in proportion.
    expect(calls?.closings?.map(({ quantity }) => quantity).slice(0, 4)).toEqual(['10', '5', '2.5', '1.25']);
  });

  it('is judged besides where the line between two parts reaches the target, which the requirement bends between them', () => {
    const house = optionHouse();
    holds(house, NAME, { [CALL]: '-10', [PUT]: '-10' }, '105128.6');
    const { figures, positions } = judged(house, NAME);
    const [closings = []] = positions.map((position) => position.closings);
    const added = closings.filter(({ quantity }) => dec(quantity).gt(5) && dec(quantity).lt(10));
    expect(figures).toMatchObject({ equity: '25900', maintenance: '26179.68' });
    expect(added.map(({ quantity }) => quantity)).toEqual(['9.78']);
    const [least] = added.slice(-1);
    // The target of 1.5 is reached without it, and not without half of all.
    const health = (quantity: Decimal) => dec(figures.equity).div(without(house, NAME, CALL, quantity));
    expect([dec(least?.quantity ?? 0), dec(5)].map((quantity) => health(quantity).gte('1.5'))).toEqual([true, false]);
    for (const { quantity, maintenance } of added)
      expect(maintenance).toBe(text(without(house, NAME, CALL, dec(quantity))));
    expect(closings.map(({ quantity }) => Number(quantity))).toEqual(
      closings.map(({ quantity }) => Number(quantity)).sort((a, b) => b - a),
    );
  });

  it('stands in every report of an account in liquidation, and in no other assessment', () => {
    const house = optionHouse();
    holds(house, NAME, { [CALL]: '-10', [PUT]: '-10' }, '99228.6');
    const events = house.reprice({ ...MARKET, at: NOON + MINUTE });
    const reported = payloadsOf(events, 'LiquidatingAccountAssessed')[0]?.assessment;
    expect(reported?.positions.every(({ closings }) => closings !== undefined)).toBe(true);
    expect(reported?.positions).toEqual(judged(house, NAME).positions);
    expect(house.detailOf(NAME).positions.some(({ closings }) => closings !== undefined)).toBe(false);
  });

  it.each`
    held                                    | expected                                    | why
    ${{ 'BTC-PERP': '1' }}                  | ${{ 'BTC-PERP': false }}                    | ${'it stands alone'}
    ${{ 'BTC-PERP': '1', 'ETH-PERP': '1' }} | ${{ 'BTC-PERP': false, 'ETH-PERP': false }} | ${'other underlyings hedge nothing'}
  `(
    'is judged of no position of which its share says it: $why',
    ({ held, expected }: { held: Record<string, string>; expected: Record<string, boolean> }) => {
      const house = optionHouse();
      holds(house, NAME, held, '0');
      const said = judged(house, NAME).positions.map(({ instrument, closings }) => [
        instrument,
        closings !== undefined,
      ]);
      expect(Object.fromEntries(said)).toEqual(expected);
    },
  );

  it('by the contract, never less for a smaller part, but for what the brackets of large books bend, by the model of the house', () => {
    const house = optionHouse();
    let found = 0;
    let judgedParts = 0;
    const quantities = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(quantities, fc.constantFrom('0.01', '1'), (hundredths, times) => {
        const name = `debtor-${(found += 1)}.main`;
        const held = BOOK.map((id, i) => [id, text(dec(hundredths[i] ?? 0).times(times))] as const);
        holds(house, name, Object.fromEntries(held.filter(([, quantity]) => quantity !== '0')), '0');
        const { figures, positions } = judged(house, name);
        for (const { instrument, closings = [] } of positions) {
          for (const { quantity, maintenance } of closings) {
            const freed = dec(figures.maintenance).minus(maintenance);
            // What frees nothing is not closed.
            if (freed.lte(0)) continue;
            const part = dec(quantity).times('0.37').div('0.01').floor().times('0.01');
            const ofPart = dec(figures.maintenance).minus(without(house, name, instrument, part));
            // A cent that either requirement is rounded by, and what ranges by the owner's sizes bend.
            const bent = dec(figures.maintenance)
              .times(times === '1' ? '0.005' : '0.0005')
              .plus('0.02');
            expect(ofPart.plus(bent).gte(freed.times(part).div(quantity))).toBe(true);
            judgedParts += 1;
          }
        }
      }),
      { numRuns: 25, seed: 7 },
    );
    expect(judgedParts).toBeGreaterThan(50);
  }, 120_000);

  it('goes on to a third in proportion by a model that promises no such thing', () => {
    const model = 'derive-standard@1';
    const house = optionHouse(offering({ model }));
    house.account(NAME, { USD: '0' });
    house.accept(house.modelChosen(NAME, model));
    for (const instrument of [CALL, PUT]) {
      house.accept(house.changed(NAME, { USD: '100000', position: { instrument, quantity: '-1', cost: '0' } }));
    }
    const [calls] = judged(house, NAME).positions;
    expect(calls?.closings?.map(({ quantity }) => quantity)).toEqual(['1', '0.5', '0.25']);
  });
});
