import type { MarginEvents, ProviderEvents } from '@ballast/facts';
import { dec, text, ZERO, type Decimal } from '@ballast/kernel';
import type { MarginState } from '../margin.state.js';
import { preTradeCheck, type PreTradeRefusal } from '../pre-trade/pre-trade-check.js';

type Judged = MarginEvents['ProvidersJudged']['providers'][number];
type Round = ProviderEvents['ProviderRoundOpened'];

/** A provider who is closed out himself takes over nothing, whatever it would hedge. */
type Refusal = PreTradeRefusal | 'account-liquidated';

/**
 * The most whole lots, at most so many, that pass; found by halving, so what is found passes itself, whatever may fail below it.
 * @param refusalOf null: it passes
 */
function mostLots(
  lots: Decimal,
  refusalOf: (lots: Decimal) => Refusal | null,
): { readonly lots: Decimal; readonly refusal: Refusal | null } {
  const refusal = refusalOf(lots);
  if (refusal === null) return { lots, refusal };
  let [passed, refused] = [ZERO, lots];
  while (refused.minus(passed).gt(1)) {
    const between = passed.plus(refused).div(2).floor();
    if (refusalOf(between) === null) passed = between;
    else refused = between;
  }
  return { lots: passed, refusal };
}

/**
 * How much each provider that lives here can take over, judged like an order of his that may fill in part: at the worse of price and mark and
 * with its fee, so that the discount is no margin before he has it. With it the version of the debtor, if he lives here: a request on other
 * figures is no longer due.
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
    const { lots, refusal } = state.book.isLiquidating(account)
      ? { lots: ZERO, refusal: 'account-liquidated' as const }
      : mostLots(dec(quantity).div(lot).floor(), refusalOf);
    return [{ accountId, accountVersion: account.version, quantity: text(lots.times(lot)), refusal }];
  });
  const debtorVersion = state.book.find(debtor)?.version ?? null;
  return { roundId, schedule: state.schedule?.position ?? 0, debtorVersion, providers };
}
