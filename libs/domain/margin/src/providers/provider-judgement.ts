import type { MarginEvents, ProviderEvents } from '@ballast/facts';
import { dec, text, ZERO, type Decimal, type DecimalString } from '@ballast/kernel';
import type { AccountRecord } from '../assess/account-book.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { filledAccount } from '../pre-trade/filled-account.js';
import { preTradeCheck, type PreTradeRefusal } from '../pre-trade/pre-trade-check.js';

type Judged = MarginEvents['ProvidersJudged']['providers'][number];
type Round = ProviderEvents['ProviderRoundOpened'];

/** A provider who is closed out himself takes over nothing, whatever it would hedge. */
type Refusal = PreTradeRefusal | 'account-liquidated';

/** Whether so many lots can go, or be taken over. */
type Passes = (lots: Decimal) => boolean;

/** The most whole lots, at most so many, that pass. */
const mostLots = (lots: Decimal, passes: Passes): Decimal =>
  lots.isZero() || passes(lots) ? lots : fewerLots(lots, passes);

/** The most whole lots below so many that do not pass; found by halving, so what is found passes itself, whatever may fail below it. */
function fewerLots(lots: Decimal, passes: Passes): Decimal {
  let [passed, refused] = [ZERO, lots];
  while (refused.minus(passed).gt(1)) {
    const between = passed.plus(refused).div(2).floor();
    if (passes(between)) passed = between;
    else refused = between;
  }
  return passed;
}

/** Equity is rounded down to the cent and the requirement up: what is lost by that is no worse health. */
const CENT = dec('0.01');

/**
 * The most whole lots, at most what is offered, that the debtor can be rid of at each price of the round with a health no worse than he has: his
 * account as it would be then, by whatever model decides of it. A share in the requirement says what the next contract frees; beside hedges all
 * of them may free less, and leave another loss the worst. The best price first, and at the next one no more: what leaves him no worse at a price
 * does so at a better one, so each search begins where the one before ended, and none is made once nothing can go.
 */
function givenUp(
  state: MarginState,
  account: AccountRecord,
  { instrument, side, quantity, lot, providers }: Round,
): MarginEvents['ProvidersJudged']['givenUp'] {
  const assessor = assessorOf(state);
  const contract = assessor?.market.open(instrument) ?? null;
  if (assessor === null || contract === null) return [];
  const valued = assessor.valuedAccount(account);
  const { equity, maintenance } = valued.figures;
  const isNoWorse = (lots: Decimal, price: DecimalString): boolean => {
    const contracts = lots.times(lot);
    const signed = side === 'long' ? contracts.neg() : contracts;
    const { figures } = valued.changedTo(filledAccount(valued.account, contract, signed, dec(price)));
    const [kept, required] = [figures.equity.plus(CENT), figures.maintenance.minus(CENT)];
    // Below zero a larger requirement would make a better health: there neither may be worse.
    if (!equity.gt(0)) return kept.gte(equity) && required.lte(maintenance);
    return kept.times(maintenance).gte(equity.times(required));
  };
  const better = (a: DecimalString, b: DecimalString): number => (side === 'long' ? dec(b).cmp(a) : dec(a).cmp(b));
  let most = dec(quantity).div(lot).floor();
  return [...new Set(providers.map(({ price }) => price))].sort(better).map((price) => {
    most = mostLots(most, (lots) => isNoWorse(lots, price));
    return { price, quantity: text(most.times(lot)) };
  });
}

/**
 * How much each provider that lives here can take over, judged like an order of his that may fill in part: at the worse of price and mark and
 * with its fee, so that the discount is no margin before he has it. With it the version of the debtor, if he lives here, since a request on other
 * figures is no longer due, and how much of it leaves him no worse.
 * @see docs/spec/margin.md CLR-MRG-073
 */
export function judgeProviders(state: MarginState, round: Round): MarginEvents['ProvidersJudged'] {
  const { roundId, instrument, side, lot, accountId: debtor } = round;
  const providers = round.providers.flatMap(({ accountId, quantity, price }): readonly Judged[] => {
    const account = state.book.find(accountId);
    if (account === undefined) return [];
    const refusalOf = (lots: Decimal): Refusal | null => {
      const contracts = lots.times(lot);
      const signed = text(side === 'long' ? contracts : contracts.neg());
      return preTradeCheck(state, { accountId, instrument, quantity: signed, price }).code;
    };
    const asked = dec(quantity).div(lot).floor();
    const fewer = (why: Refusal): Decimal =>
      why === 'account-liquidated' ? ZERO : fewerLots(asked, (lots) => refusalOf(lots) === null);
    const refusal = state.book.isLiquidating(account) ? 'account-liquidated' : refusalOf(asked);
    const lots = refusal === null ? asked : fewer(refusal);
    return [{ accountId, accountVersion: account.version, quantity: text(lots.times(lot)), refusal }];
  });
  const here = state.book.find(debtor);
  return {
    ...{ roundId, schedule: state.schedule?.position ?? 0, debtorVersion: here?.version ?? null, providers },
    ...(here === undefined ? {} : { givenUp: givenUp(state, here, round) }),
  };
}
