import fc from 'fast-check';
import { LOSS_STEPS } from '@ballast/facts';
import { comparisonText } from '@ballast/event-sourcing/testing';
import { instantOf } from '@ballast/kernel';
import { balanceOf } from './ledger/ledger.js';
import { aPriceSet, aSpecification, assetsWith } from './accounts.fixtures.js';
import { ClearingHouse } from './clearing-house.fixtures.js';

const PARTITIONS = 3;
const FUTURE = 'BTC-27MAR26';
const VARIATION_FUTURE = 'BTC-24APR26';
const COIN_FUTURE = 'BTC-27MAR26-INVERSE';
const CALL = 'BTC-27MAR26-60000-C';
const COIN_PUT = 'BTC-27MAR26-50000-P-INVERSE';
/** One contract of each kind, settlement and cash style; all expire on the same day but the one with variation margin. */
const CONTRACTS = [
  aSpecification(FUTURE, { lot: '0.000001' }),
  aSpecification(VARIATION_FUTURE, { lot: '0.000001', cashStyle: 'variation-margin' }),
  aSpecification(COIN_FUTURE, { lot: '0.000001', contractSize: '10' }),
  aSpecification(CALL, { lot: '0.000001' }),
  aSpecification(COIN_PUT, { lot: '0.000001' }),
];
const EXPIRY = instantOf('2026-03-27T08:00:00Z');
const ASSETS = ['USD', 'BTC', 'ETH', 'USDC'];
const ACCOUNTS_EACH = 2;
const ACCOUNTS = PARTITIONS * ACCOUNTS_EACH;

type Step = (house: ClearingHouse) => void;

const decimalText = (max: number, digits: number) =>
  fc.integer({ min: 1, max }).map((units) => {
    const padded = String(units).padStart(digits + 1, '0');
    return `${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
  });
const anAccount = fc.nat({ max: ACCOUNTS - 1 });
const anAsset = fc.constantFrom(...ASSETS);
const aPerpetual = fc.constantFrom('BTC-PERP', 'ETH-PERP');
const anInstrument = fc.oneof(aPerpetual, fc.constantFrom(...CONTRACTS.map(({ id }) => id)));
const aQuantity = decimalText(5_000_000, 6);
const aPrice = decimalText(90_000_000, 3);
/** More digits than any tick, as a modelled mark has. */
const aMark = decimalText(2_000_000_000, 14).map((text) => `4${text}`);
const money = decimalText(50_000_000, 2);
const at = (house: ClearingHouse, index: number): string => house.accounts[index] as string;

const trade: fc.Arbitrary<Step> = fc
  .tuple(anAccount, anAccount, anInstrument, aQuantity, aPrice, fc.integer({ min: 1, max: 2 }))
  .map(([buyer, seller, instrument, quantity, price, times]) => (house) => {
    const both = { buyer: at(house, buyer), seller: at(house, seller), instrument, quantity, price };
    house.trade(both, undefined, times);
  });
const tradeOfAStranger: fc.Arbitrary<Step> = fc
  .tuple(anAccount, anInstrument, aQuantity, aPrice)
  .map(([buyer, instrument, quantity, price]) => (house) => {
    house.trade({ buyer: at(house, buyer), seller: 'stranger.main', instrument, quantity, price }, undefined, 2);
  });
const deposit: fc.Arbitrary<Step> = fc.tuple(anAccount, anAsset, money).map(([account, asset, amount]) => (house) => {
  house.deposit(at(house, account), asset, amount);
});
const strangersDeposit: fc.Arbitrary<Step> = fc.tuple(anAsset, money).map(([asset, amount]) => (house) => {
  house.deposit('stranger.main', asset, amount);
});
const withdrawal: fc.Arbitrary<Step> = fc
  .tuple(anAccount, anAsset, decimalText(400_000, 2))
  .map(([account, asset, amount]) => (house) => {
    house.withdraw(at(house, account), asset, amount);
  });
/** To any account: those of another owner, and itself, are refused. */
const transfer: fc.Arbitrary<Step> = fc
  .tuple(anAccount, anAccount, anAsset, decimalText(400_000, 2))
  .map(([account, to, asset, amount]) => (house) => {
    house.transfer(at(house, account), at(house, to), asset, amount);
  });
const answer: fc.Arbitrary<Step> = fc
  .tuple(fc.nat(), fc.boolean(), fc.nat({ max: 3 }))
  .map(([which, cleared, behind]) => (house) => {
    const held = house.heldWithdrawals();
    const chosen = held[which % Math.max(1, held.length)];
    if (chosen !== undefined) house.answer(chosen, cleared, behind);
  });
const stateChange: fc.Arbitrary<Step> = fc.tuple(anAccount, fc.boolean()).map(([account, liquidating]) => (house) => {
  house.setLiquidating(at(house, account), liquidating);
});
const funding: fc.Arbitrary<Step> = fc
  .tuple(aPerpetual, decimalText(9_999, 9), fc.boolean(), aMark)
  .map(([instrument, rate, negative, mark]) => (house) => {
    house.fundingRate(instrument, negative ? `-${rate}` : rate, mark);
  });
const slice: fc.Arbitrary<Step> = fc
  .tuple(
    fc.tuple(anAccount, anAccount).filter(([a, b]) => a !== b),
    anInstrument,
    aMark,
    decimalText(30_000, 6),
    fc.array(fc.record({ quantity: aQuantity, price: aPrice }), { maxLength: 3 }),
    fc.integer({ min: -100, max: 100 }),
  )
  .map(([[account, maker], instrument, mark, provisionalRate, fills, returnedPercent]) => (house) => {
    const accountId = at(house, account);
    const specification = CONTRACTS.find(({ id }) => id === instrument);
    const asset = specification?.settlementAsset ?? 'USD';
    house.slice({
      accountId,
      maker: at(house, maker),
      instrument,
      mark,
      provisionalRate,
      fills,
      returnedPercent,
      ...(specification && { settlement: { asset, notional: '100', assetPrice: asset === 'USD' ? '1' : '43210.98' } }),
    });
  });
const variation: fc.Arbitrary<Step> = aMark.map((price) => (house) => {
  house.variation(VARIATION_FUTURE, price);
});
const expiry: fc.Arbitrary<Step> = decimalText(9_000_000, 2).map((price) => (house) => {
  house.expire(EXPIRY, price);
});
const index: fc.Arbitrary<Step> = decimalText(9_000_000, 2).map((price) => (house) => {
  house.pricing('PriceSetPublished', aPriceSet(price));
});
const choice: fc.Arbitrary<Step> = fc
  .tuple(anAccount, fc.constantFrom('adaptive-portfolio@1', 'okx-depeg@1'))
  .map(([account, model]) => (house) => {
    house.chooseModel(at(house, account), model);
  });
const deficit: fc.Arbitrary<Step> = fc.tuple(anAccount, money, money).map(([account, amount, uncovered]) => (house) => {
  house.coverDeficit(at(house, account), amount, uncovered);
});
/** Deposits and withdrawals of an asset are closed or open from now on. */
const newRules: fc.Arbitrary<Step> = fc.tuple(anAsset, fc.boolean()).map(([asset, open]) => (house) => {
  house.approve('assets', assetsWith(asset, { depositsOpen: open, withdrawalsOpen: open }));
});
const agreement: fc.Arbitrary<Step> = fc.tuple(anAccount, fc.boolean()).map(([account, answers]) => (house) => {
  house.agreeSetOff(at(house, account), answers);
});
const setOff: fc.Arbitrary<Step> = fc
  .tuple(anAccount, money, money, fc.nat({ max: 1 }))
  .map(([account, requested, available, behind]) => (house) => {
    house.setOff(at(house, account), requested, available, behind);
  });
const repayment: fc.Arbitrary<Step> = fc
  .tuple(anAccount, money, fc.nat({ max: 1 }))
  .map(([account, amount, behind]) => (house) => {
    house.repay(at(house, account), amount, behind);
  });
const contribution: fc.Arbitrary<Step> = money.map((amount) => (house) => house.contribute(amount));
const deleveraging: fc.Arbitrary<Step> = fc
  .tuple(anAccount, fc.array(anAccount, { maxLength: 4 }), anInstrument, aQuantity, aMark)
  .map(([bankrupt, candidates, instrument, wish, price]) => (house) => {
    const others = candidates.filter((candidate) => candidate !== bankrupt).map((candidate) => at(house, candidate));
    house.deleverage(at(house, bankrupt), others, instrument, wish, price);
  });
const nonsense: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom(
      'TradeFilled',
      'DepositReceived',
      'WithdrawalRequested',
      'AccountOpeningRequested',
      'FundContributionReceived',
    ),
    fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('accountId', 'amount', 'asset', 'quantity'), fc.jsonValue()),
    ),
  )
  .map(([type, payload]) => (house) => {
    house.relay(house.deskOf('nobody').takeAny(type, payload));
  });

const aStep = fc.oneof(
  { arbitrary: trade, weight: 9 },
  { arbitrary: deposit, weight: 4 },
  { arbitrary: slice, weight: 4 },
  { arbitrary: withdrawal, weight: 3 },
  { arbitrary: transfer, weight: 5 },
  { arbitrary: answer, weight: 4 },
  { arbitrary: funding, weight: 2 },
  { arbitrary: variation, weight: 1 },
  { arbitrary: expiry, weight: 1 },
  { arbitrary: index, weight: 1 },
  { arbitrary: choice, weight: 1 },
  { arbitrary: deleveraging, weight: 2 },
  { arbitrary: deficit, weight: 2 },
  { arbitrary: repayment, weight: 2 },
  { arbitrary: contribution, weight: 1 },
  { arbitrary: agreement, weight: 1 },
  { arbitrary: setOff, weight: 2 },
  { arbitrary: stateChange, weight: 1 },
  { arbitrary: newRules, weight: 1 },
  { arbitrary: tradeOfAStranger, weight: 1 },
  { arbitrary: strangersDeposit, weight: 1 },
  { arbitrary: nonsense, weight: 1 },
);
const aDay = fc.array(aStep, { minLength: 1, maxLength: 40 });

/** Everybody begins with some collateral of each asset, so that also a day of few steps can withdraw. */
function morning(): ClearingHouse {
  const house = new ClearingHouse(PARTITIONS, ACCOUNTS_EACH, CONTRACTS, { steps: LOSS_STEPS });
  for (const accountId of house.accounts) for (const asset of ASSETS) house.deposit(accountId, asset, '2000');
  return house;
}

const played = (steps: readonly Step[]): ClearingHouse => {
  const house = morning();
  for (const step of steps) step(house);
  return house;
};

describe('whatever happens on a day, over several partitions', () => {
  it('includes every kind of event that accounts and the fund know', () => {
    const aLongDay = fc.array(aStep, { minLength: 80, maxLength: 80 });
    const days = fc.sample(aLongDay, { numRuns: 20, seed: 7 }).map(played);
    const seen = new Set(
      days.flatMap(({ desks, fund }) => [...desks, fund].flatMap(({ events }) => events)).map(({ type }) => type),
    );
    expect([...seen].sort()).toEqual([
      'AccountOpened',
      'AdlBooked',
      'ClaimRepaid',
      'CollateralCredited',
      'CollateralHeldMeasured',
      'ContractDelivered',
      'DocumentApproved',
      'DocumentProposed',
      'DocumentsEstablished',
      'ExpiryClosed',
      'FundContributionForwarded',
      'FundCredited',
      'FundDrawGranted',
      'FundGrantReceived',
      'FundingClosed',
      'FundingSettled',
      'LiquidationCostSettled',
      'LossRecovered',
      'LossStepTaken',
      'MarginModelChosen',
      'OtherAccountCharged',
      'PenaltyRemainderSent',
      'PositionChanged',
      'ReleaseInForce',
      'RepaymentBooked',
      'SetOffAgreementChanged',
      'SetOffReceived',
      'SuspenseBooked',
      'TransferReceived',
      'UncoveredLossBooked',
      'UncoveredLossRecovered',
      'VariationClosed',
      'VariationGainReduced',
      'VariationGainsCalled',
      'VariationGainsOffered',
      'VariationHaircutFixed',
      'VariationSettled',
      'WithdrawalHeld',
      'WithdrawalRejected',
      'WithdrawalReleased',
      'WithdrawalResubmitted',
      'WithdrawalSettled',
    ]);
  });

  it('nothing is created or lost: every rule holds after every event, and over all partitions at rest [CLR-ACC-012] [CLR-ACC-032] [CLR-ACC-034] [CLR-ACC-071] [CLR-ACC-072] [CLR-ACC-073]', () => {
    fc.assert(
      fc.property(aDay, (steps) => {
        const house = morning();
        for (const step of steps) {
          step(house);
          expect(house.violations).toEqual([]);
          expect(house.atRest()).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('every slice leaves exactly nothing in the ledger account liquidation', () => {
    fc.assert(
      fc.property(aDay, (steps) => {
        for (const { state } of played(steps).desks) {
          expect(balanceOf(state.ledger, 'liquidation', 'USD').toFixed()).toBe('0');
          expect(state.orders.size).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('a partition rebuilt from its inputs and own events equals the one that lived through them', () => {
    fc.assert(
      fc.property(aDay, (steps) => {
        const house = played(steps);
        for (const desk of [...house.desks, house.fund]) {
          const rebuilt = desk.rebuilt();
          expect(rebuilt.state).toEqual(desk.state);
          expect(rebuilt.head).toEqual(desk.machine.head);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('the same inputs decided again give the same bytes', () => {
    fc.assert(
      fc.property(aDay, (steps) => {
        const house = played(steps);
        for (const desk of [...house.desks, house.fund]) {
          const again = (desk as (typeof house.desks)[number]).replayed();
          expect(again.events.map(comparisonText)).toEqual(desk.events.map(comparisonText));
          expect(again.machine.head).toEqual(desk.machine.head);
        }
      }),
      { numRuns: 50 },
    );
  });
});
