import { GLOBAL } from '@ballast/event-sourcing';
import { aFill, approve, bundled, deskWith, fundDesk, payloadOf, takeRules } from '../accounts.fixtures.js';
import { FEE_DOCUMENTS } from '@ballast/instruments';

type Fees = Record<'perpetual' | 'future' | 'option', Record<string, unknown>>;
const fees = bundled('fee-schedule') as Fees;
const withTerms = (kind: keyof Fees, terms: object) => ({ ...fees, [kind]: { ...fees[kind], ...terms } });

describe('a fee schedule [CLR-ACC-013]', () => {
  it.each<[string, unknown, string]>([
    ['without options', { perpetual: fees.perpetual, future: fees.future }, 'option: write a record'],
    ['with a number for a text', withTerms('future', { taker: 0.0005 }), 'future.taker: write a decimal from -1 to 1'],
    ['with a rebate above the taker fee', withTerms('perpetual', { maker: '-0.0006' }), 'perpetual.maker: pays more'],
    ['of more than everything', withTerms('option', { capOfPremium: '1.01' }), 'option.capOfPremium: write'],
    ['in another notation', withTerms('perpetual', { taker: '5e-4' }), 'perpetual.taker: write a decimal from -1 to 1'],
    ['with a field too many', withTerms('perpetual', { capOfPremium: '0.1' }), 'perpetual.capOfPremium: leave it out'],
  ])('%s is refused', (_what, body, defect) => {
    expect(FEE_DOCUMENTS.defects('fees@2', body).join('\n')).toContain(defect);
  });

  it('may ask for nothing', () => {
    const free = { taker: '0', maker: '0' };
    const body = { perpetual: free, future: free, option: { ...free, capOfPremium: '0' } };
    expect(FEE_DOCUMENTS.defects('free@1', body)).toEqual([]);
  });

  it('counts from its approval on, and every fee cites the one it follows', () => {
    const desk = deskWith({ 'alice.main': '1000' });
    const fee = () => {
      const { fee: amount, feeSchedule } = payloadOf(
        desk.take('TradeFilled', aFill({ accountId: 'alice.main' })),
        'PositionChanged',
      );
      return [amount, feeSchedule];
    };
    expect(fee()).toEqual(['25', 'fee-schedule-default@1']);
    takeRules(desk, 'fee-schedule', withTerms('perpetual', { taker: '0.001' }), 'fee-schedule-default@2');
    expect(fee()).toEqual(['50', 'fee-schedule-default@2']);
  });

  it('that is only proposed changes nothing', () => {
    const desk = deskWith({ 'alice.main': '1000' });
    const [proposed] = approve(fundDesk(), 'fee-schedule', 'dear@1', withTerms('perpetual', { taker: '0.5' }));
    desk.takeAny('DocumentProposed', proposed?.payload, GLOBAL, 'accounts', 'ann');
    const events = desk.take('TradeFilled', aFill({ accountId: 'alice.main' }));
    expect(payloadOf(events, 'PositionChanged').fee).toBe('25');
  });
});
