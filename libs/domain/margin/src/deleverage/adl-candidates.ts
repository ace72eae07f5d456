import type { AdlEvents, InstrumentId, MarginEvents, Side } from '@ballast/facts';
import { text } from '@ballast/kernel';
import { sideOf } from '../assess/assessment.js';
import { assessorOf, type MarginState } from '../margin.state.js';

type Candidate = MarginEvents['AdlCandidatesReported']['candidates'][number];

/**
 * Who of this partition may be deleveraged, as it stands now: accounts with a position on the other side than the bankrupt ones, with
 * equity above zero and not LIQUIDATING themselves. In account-id order; nobody before the first schedule.
 * @param side of the bankrupt positions
 */
export function deleverageable(state: MarginState, instrument: InstrumentId, side: Side): readonly Candidate[] {
  const assessor = assessorOf(state);
  if (assessor === null) return [];
  const candidates: Candidate[] = [];
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
  return candidates;
}

/**
 * Answer of a partition in a round; nobody is an answer too. With the candidates the schedule that they are measured by, and the versions
 * of the bankrupt accounts that live here: a request on other figures is no longer due.
 */
export function adlCandidates(
  state: MarginState,
  { roundId, instrument, side, requests, opposite }: AdlEvents['AdlRoundOpened'],
): MarginEvents['AdlCandidatesReported'] {
  const bankrupt = [...requests, ...opposite].flatMap(({ accountId }) => {
    const account = state.book.find(accountId);
    return account === undefined ? [] : [{ accountId, accountVersion: account.version }];
  });
  const candidates = deleverageable(state, instrument, side);
  return { roundId, schedule: state.schedule?.position ?? 0, bankrupt, candidates };
}
