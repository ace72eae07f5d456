import { dec, text } from '@ballast/kernel';
import { MarginHouse, NOON } from '../margin.fixtures.js';
import { writeAssessment, type Assessment } from './assessment.js';
import { explainAssessment } from './explain-assessment.js';

/** W79: long 10 at 50,000 with 10,000 dollars, mark 49,400. */
function w79(): { readonly house: MarginHouse; readonly assessment: Assessment } {
  const house = new MarginHouse();
  house.prices({ at: NOON, BTC: '49400', ETH: '3000' });
  house.account('ann.main', { USD: '10000', position: { instrument: 'BTC-PERP', quantity: '10', cost: '500000' } });
  return { house, assessment: house.assessed('ann.main').detail() };
}

describe('assessment [CLR-MRG-031]', () => {
  it('of a long of 10 at 50,000 with 10,000 dollars at 49,400 has an equity of 4,000 (W79)', () => {
    const { figures, positions } = w79().assessment;
    expect(text(figures.equity)).toBe('4000');
    const notional = positions[0]?.notional ?? dec(0);
    expect(figures.equity.div(notional).times(100).toFixed(6)).toBe('0.809717');
  });

  it('rounds equity down and requirements up to the cent', () => {
    const house = new MarginHouse();
    house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    house.account('ann.main', {
      USD: '0',
      BTC: '0.00000001',
      position: { instrument: 'ETH-PERP', quantity: '0.001', cost: '3.009' },
    });
    const { figures } = house.assessed('ann.main');
    // 0.0006 of bitcoin less 0.009 of loss; requirement 3 x 2.1 %.
    expect(text(figures.equity)).toBe('-0.01');
    expect(text(figures.maintenance)).toBe('0.07');
  });

  it('takes the haircut off what is owned and not off what is owed', () => {
    const house = new MarginHouse();
    house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    const equityWith = (BTC: string): string => {
      house.accept(house.changed('ann.main', { BTC }));
      return text(house.assessed('ann.main').figures.equity);
    };
    house.accept(house.opened('ann.main'));
    // Half spread 0.0001 and impact 0.8 * 0.03 * sqrt(60,000 / 20e9); what its price may do is scanned beside positions.
    expect(equityWith('1')).toBe('59991.5');
    expect(equityWith('-1')).toBe('-60000');
  });
});

describe('a position beside coins [CLR-MRG-063]', () => {
  const assessed = (collateral: Readonly<Record<string, string>>, quantity: string) => {
    const house = new MarginHouse();
    house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    house.account('ann.main', { ...collateral, position: { instrument: 'BTC-PERP', quantity, cost: '0' } });
    return house.assessed('ann.main').detail();
  };

  it.each`
    collateral                       | quantity | share         | freed         | why
    ${{ USD: '-400000', BTC: '2' }}  | ${'10'}  | ${'11243.22'} | ${'9369.597'} | ${'a coin that falls with it'}
    ${{ USD: '-400000', ETH: '20' }} | ${'10'}  | ${'10636.67'} | ${'9369.597'} | ${'a coin of another underlying'}
    ${{ USD: '1000000', BTC: '2' }}  | ${'-10'} | ${'7870.7'}   | ${'9369.597'} | ${'a coin that covers a fifth of it'}
  `(
    'says what closing a part frees: $why',
    ({ collateral, quantity, share, freed }: { collateral: Record<string, string> } & Record<string, string>) => {
      const { positions, figures } = assessed(collateral, quantity as string);
      const told = positions[0]?.freedByClosing ?? dec(0);
      expect([text(figures.maintenance), told.toFixed(3)]).toEqual([share, freed]);
      const less = text(dec(quantity as string).times('0.99'));
      const really = figures.maintenance.minus(assessed(collateral, less).figures.maintenance);
      expect(really.minus(told.div(100)).abs().lte('0.01')).toBe(true);
    },
  );

  it('says that closing what covers a coin frees nothing', () => {
    const collateral = { USD: '1000000', BTC: '9' };
    const { positions, figures } = assessed(collateral, '-4');
    expect(positions[0]?.freedByClosing?.lt(0)).toBe(true);
    expect(assessed(collateral, '-3').figures.maintenance.gt(figures.maintenance)).toBe(true);
  });

  it('says nothing without them: its share is what closing frees', () => {
    expect(assessed({ USD: '-400000' }, '10').positions[0]?.freedByClosing).toBeUndefined();
  });
});

describe('a debt [CLR-MRG-067]', () => {
  const owing = (collateral: Readonly<Record<string, string>>) => {
    const house = new MarginHouse();
    house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    house.accept(house.opened('ann.main'));
    house.accept(house.changed('ann.main', collateral));
    return house.assessed('ann.main').figures;
  };

  it('that a coin secures is required what the coin may lose, also without a position', () => {
    const { equity, maintenance, call, liquidation, initial } = owing({ BTC: '1', USD: '-58000' });
    expect(text(equity)).toBe('1991.5');
    // The coin counts 59,991.50 and may fall by the range of a long of its size.
    expect(maintenance.div('59991.5').toFixed(4)).toBe('0.0156');
    expect(text(maintenance)).toBe('936.83');
    expect(text(call)).toBe(text(maintenance.times(2)));
    expect(text(liquidation)).toBe(text(maintenance));
    expect(initial.gt(call)).toBe(true);
  });

  it.each([
    ['nothing secures', { USD: '-0.01' }],
    ['is none: a coin alone', { BTC: '1' }],
    ['is none: dollars alone', { USD: '1' }],
  ])('that %s is required nothing', (_why, collateral) => {
    const { initial, call, maintenance, liquidation } = owing(collateral);
    expect([initial, call, maintenance, liquidation].map(text)).toEqual(['0', '0', '0', '0']);
  });

  it('in coin is required what the coin may rise by', () => {
    const { maintenance } = owing({ BTC: '-1', USD: '70000' });
    expect(maintenance.div('60000').toFixed(4)).toBe('0.0156');
  });
});

describe('explanation [CLR-MRG-066]', () => {
  const explain = () => {
    const { house, assessment } = w79();
    return { assessment, lines: explainAssessment(writeAssessment(assessment), house.explainedOn()) };
  };

  it('bridges to equity line by line', () => {
    const { lines } = explain();
    const equity = lines.filter(({ section }) => section === 'equity');
    expect(equity.map(({ label, amount }) => [label, amount])).toEqual([
      ['collateral USD', '10000'],
      ['unrealised profit BTC-PERP', '-6000'],
      ['equity', '4000'],
    ]);
    expect(equity[1]?.formula).toBe('10 x 49400 - 500000');
  });

  it('says by which rate a coin is charged that no position stands on, and the volatility behind it [CLR-MRG-066]', () => {
    const house = new MarginHouse();
    house.prices({ at: NOON, BTC: '49400', ETH: '3000' });
    house.account('ann.main', {
      USD: '10000',
      BTC: '2',
      position: { instrument: 'ETH-PERP', quantity: '10', cost: '30000' },
    });
    const detail = writeAssessment(house.assessed('ann.main').detail());
    const lines = explainAssessment(detail, house.explainedOn());
    const told = (label: string) => lines.find((line) => line.label === label);
    const coin = dec(detail.collateral.find(({ asset }) => asset === 'BTC')?.value ?? 0);
    const charged = coin.times(told('BTC long: maintenance rate')?.amount ?? 0);
    expect(
      charged
        .minus(told('scan-risk BTC')?.amount ?? 0)
        .abs()
        .lt('0.01'),
    ).toBe(true);
    expect(told('scan-risk BTC')?.formula).toContain(`collateral of ${text(coin)}`);
    expect(told('BTC long: size that sets the rate')).toMatchObject({ amount: '0' });
    expect(told('BTC after the buffer')?.amount).toBe('1');
    expect(lines.some(({ label }) => label.startsWith('BTC short'))).toBe(false);
  });

  it('says that of coins alone nothing is required, and calls no more than a cent rounding [CLR-MRG-067]', () => {
    const requirementOf = (account: Parameters<MarginHouse['account']>[1]) => {
      const house = new MarginHouse();
      house.prices({ at: NOON, BTC: '49400', ETH: '3000' });
      house.account('ann.main', account);
      return explainAssessment(writeAssessment(house.assessed('ann.main').detail()), house.explainedOn()).filter(
        ({ section }) => section === 'requirement',
      );
    };
    const amountOf = (lines: ReturnType<typeof requirementOf>, label: string) =>
      dec(lines.find((line) => line.label === label)?.amount ?? 0);
    const owned = requirementOf({ USD: '10000', BTC: '2' });
    expect(amountOf(owned, 'scan-risk BTC').gt(1_000)).toBe(true);
    expect(amountOf(owned, 'not required').eq(amountOf(owned, 'scan-risk BTC').neg())).toBe(true);
    expect(amountOf(owned, 'maintenance requirement').isZero()).toBe(true);
    expect(owned.map(({ label }) => label)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(rounding|liquidation-level|initial-multiple)/)]),
    );
    const owing = requirementOf({ USD: '-10000', BTC: '2' });
    expect(owing.some(({ label }) => label === 'not required')).toBe(false);
    expect(amountOf(owing, 'maintenance requirement').gt(1_000)).toBe(true);
    expect(amountOf(owing, 'rounding').abs().lt('0.01')).toBe(true);
  });

  it('names what would avoid a call: a deposit or a reduction', () => {
    const { assessment, lines } = explain();
    const missing = assessment.figures.call.minus(assessment.figures.equity);
    const remedies = lines.filter(({ section }) => section === 'remedy');
    expect(remedies.find(({ label }) => label === 'deposit that reaches the call level')?.amount).toBe(
      missing.toFixed(2),
    );
    const reduction = remedies.find(({ label }) => label === 'reduction of BTC-PERP that reaches the call level');
    const left = dec(10)
      .minus(reduction?.amount ?? 0)
      .times(49_400)
      .times(assessment.positions[0]?.maintenanceRate ?? 0);
    expect(left.lte(assessment.figures.equity)).toBe(true);
  });

  it('tells the price at which equity meets the liquidation requirement', () => {
    const { assessment, lines } = explain();
    const price = dec(lines.find(({ label }) => label === 'BTC-PERP liquidation price')?.amount ?? 0);
    const equity = dec(10_000).plus(price.times(10)).minus(500_000);
    const requirement = price.times(10).times(assessment.positions[0]?.liquidationRate ?? 0);
    expect(equity.minus(requirement).abs().lt('0.2')).toBe(true);
  });

  it.each`
    USD          | BTC      | quantity | cost        | price
    ${'10000'}   | ${'0.5'} | ${'10'}  | ${'500000'} | ${'47407.26'}
    ${'-350000'} | ${'9.4'} | ${'-1'}  | ${'-50000'} | ${'36303.32'}
    ${'-4000'}   | ${'9.4'} | ${'1'}   | ${'50000'}  | ${'5275.71'}
    ${'10000'}   | ${'0'}   | ${'10'}  | ${'500000'} | ${'49777.32'}
  `(
    'tells it with the coin of the account moving too: $quantity beside $BTC',
    ({ USD, BTC, quantity, cost, price }: Record<'USD' | 'BTC' | 'quantity' | 'cost' | 'price', string>) => {
      const house = new MarginHouse();
      house.prices({ at: NOON, BTC: '49400', ETH: '3000' });
      house.account('ann.main', { USD, BTC, position: { instrument: 'BTC-PERP', quantity, cost } });
      const assessment = house.assessed('ann.main').detail();
      const lines = explainAssessment(writeAssessment(assessment), house.explainedOn());
      const told = dec(lines.find(({ label }) => label === 'BTC-PERP liquidation price')?.amount ?? 0);
      const coin = assessment.collateral.find(({ asset }) => asset === 'BTC')?.worth ?? dec(0);
      const k = told.div(49_400);
      const equity = dec(USD).plus(coin.times(k)).plus(told.times(quantity)).minus(cost);
      expect(equity.minus(assessment.figures.liquidation.times(k)).abs().lt('0.2')).toBe(true);
      expect(told.toFixed(2)).toBe(price);
    },
  );
});
