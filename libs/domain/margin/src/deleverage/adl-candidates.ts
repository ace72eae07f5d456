import type { AdlEvents, MarginEvents } from '@ballast/facts';
import { text } from '@ballast/kernel';
import { sideOf } from '../assess/assessment.js';
import { assessorOf, type MarginState } from '../margin.state.js';

/**
 * Who of this partition may be deleveraged in a round: accounts with a position on the other side than the bankrupt ones,
 * with equity above zero and not LIQUIDATING themselves. In account-id order; none is an answer too. With them the schedule that they are
 * measured by, and the versions of the bankrupt accounts that live here: a request on other figures is no longer due.
 */
export function adlCandidates(
  state: MarginState,
  { roundId, instrument, side, requests, opposite }: AdlEvents['AdlRoundOpened'],
): MarginEvents['AdlCandidatesReported'] {
  const candidates: MarginEvents['AdlCandidatesReported']['candidates'][number][] = [];
  const assessor = assessorOf(state);
  const bankrupt = [...requests, ...opposite].flatMap(({ accountId }) => {
    const account = state.book.find(accountId);
    return account === undefined ? [] : [{ accountId, accountVersion: account.version }];
  });
  const answer = { roundId, schedule: state.schedule?.position ?? 0, bankrupt, candidates };
  if (assessor === null) return answer;
  for (const slot of state.book.allSlots()) {
    const account = state.book.accounts[slot];
    const held = account?.holdings.get(instrument);
    if (account === undefined || held === undefined || held.quantity.isZero()) continue;
    if (sideOf(held.quantity) === side || state.book.isLiquidating(account)) continue;
    const { figures, detail } = assessor.assess(account);
    if (!figures.equity.gt(0)) continue;
    const position = detail().positions.find((candidate) => candidate.instrument === instrument);
    if (position === undefined) continue;
    candidates.push({
      accountId: account.accountId,
      quantity: text(held.quantity.abs()),
      notional: text(position.notional),
      requirement: text(position.maintenance),
      equity: text(figures.equity),
    });
  }
  return answer;
}
