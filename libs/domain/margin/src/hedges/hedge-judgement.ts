import type { LiquidationEvents, MarginEvents, Place, Underlying } from '@ballast/facts';
import { ONE, SETTLEMENT_ASSET, ZERO, dec, minOf, sum, text, type Decimal } from '@ballast/kernel';
import type { Assessor } from '../assess/assessor.js';
import type { AssessedAccount, Assessment } from '../assess/assessment.js';
import { notionalOf, type PricedContract } from '../assess/priced-contracts.js';
import type { ValuedAccount } from '../assess/valued-account.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { filledAccount } from '../pre-trade/filled-account.js';

type Asked = LiquidationEvents['HedgeAsked'];
type Contract = Asked['books'][number]['contracts'][number];
type Hedge = MarginEvents['HedgeJudged']['hedges'][number];

const DELTA_DIGITS = 12;

/**
 * What an account in liquidation would be required with hedges of several sizes, each judged like an order that fills at the mark: by whatever
 * model decides of the account, with the sizes of its owner.
 * @see docs/spec/margin.md CLR-MRG-074
 */
export function judgeHedge(state: MarginState, asked: Asked, request: Place): MarginEvents['HedgeJudged'] {
  const { caseId, accountId } = asked;
  const account = state.book.at(accountId);
  const assessor = assessorOf(state);
  const answer = (maintenance: Decimal, hedges: readonly Hedge[]): MarginEvents['HedgeJudged'] => ({
    ...{ caseId, accountId, request },
    schedule: assessor?.market.schedule.position ?? 0,
    accountVersion: account.version,
    maintenance: text(maintenance),
    hedges,
  });
  if (assessor === null) return answer(ZERO, []);
  const assessed = assessor.assess(account);
  // A model that has failed knows no delta.
  if (assessed.failure !== null || assessor.market.schedule.halted) return answer(assessed.figures.maintenance, []);
  const valued = assessor.valuedAccount(account);
  const detail = assessed.detail();
  const hedges = asked.books.flatMap(({ underlying, contracts }): readonly Hedge[] => {
    const open = contracts.flatMap((contract) => {
      const priced = isTrading(state, contract) ? assessor.market.open(contract.instrument) : null;
      return priced === null ? [] : [{ contract, priced }];
    })[0];
    if (open === undefined) return [];
    const delta = deltaOf(valued, detail, underlying);
    const hedge = hedgeIn(assessor, valued, open.contract, open.priced, delta, asked);
    return hedge === undefined ? [] : [hedge];
  });
  return answer(assessed.figures.maintenance, hedges);
}

const isTrading = ({ contracts, haltedInstruments, delistings }: MarginState, { instrument }: Contract): boolean =>
  contracts.has(instrument) && !haltedInstruments.has(instrument) && !delistings.has(instrument);

/**
 * What an account gains per unit of relative move of an underlying, as the house's own model reads it (CLR-ADP-002): its positions near the
 * present price, and what coins of it count for.
 */
function deltaOf({ account, valued }: ValuedAccount, { collateral }: Assessment, underlying: Underlying): Decimal {
  const ofPositions = valued.open
    .filter(({ contract }) => contract.underlying === underlying)
    .map(({ figured }) => figured.exposure.delta);
  return sum([...ofPositions, coinsOf(account, collateral, underlying)]).toDecimalPlaces(DELTA_DIGITS);
}

/** What is left of coins after cleared withdrawals. */
function coinsOf(
  { clearedHolds }: AssessedAccount,
  collateral: Assessment['collateral'],
  underlying: Underlying,
): Decimal {
  const coins = collateral.find(({ asset }) => asset === underlying && asset !== SETTLEMENT_ASSET);
  if (coins === undefined || coins.amount.isZero()) return ZERO;
  const left = coins.amount.minus(clearedHolds.get(underlying) ?? ZERO);
  return coins.worth.times(left).div(coins.amount);
}

/** Undefined where no size is worth an order. */
function hedgeIn(
  assessor: Assessor,
  valued: ValuedAccount,
  { lot: lotText, largest }: Contract,
  priced: PricedContract,
  delta: Decimal,
  { parts, least }: Asked,
): Hedge | undefined {
  const { instrument, underlying, price } = priced;
  const lot = dec(lotText);
  const unitNotional = notionalOf(priced, ONE);
  const unitDelta = assessor.market.figures.position({ instrument, quantity: ONE }, ZERO).exposure.delta;
  if (unitNotional.isZero() || unitDelta.lte(0)) return undefined;
  const most = minOf(delta.abs().div(unitDelta), dec(largest).div(unitNotional)).div(lot).floor();
  const quantities = sizesOf(most, parts)
    .map((lots) => lots.times(lot))
    .filter((quantity) => quantity.times(unitNotional).gte(least));
  const greatest = quantities.at(-1);
  if (greatest === undefined) return undefined;
  const signed = (quantity: Decimal): Decimal => (delta.isNegative() ? quantity : quantity.neg());
  const filled = (quantity: Decimal): AssessedAccount => filledAccount(valued.account, priced, signed(quantity), price);
  return {
    underlying,
    instrument: instrument.id,
    side: delta.isNegative() ? 'buy' : 'sell',
    mark: text(price),
    unitNotional: text(unitNotional),
    delta: text(delta),
    ownerNotional: text(ownerNotional(assessor, filled(greatest), priced)),
    sizes: quantities.map((quantity) => ({
      quantity: text(quantity),
      delta: text(delta.plus(signed(quantity).times(unitDelta)).toDecimalPlaces(DELTA_DIGITS)),
      maintenance: text(valued.changedTo(filled(quantity)).figures.maintenance),
    })),
  };
}

/** Lots of so many equal parts, rounded down, each once. */
function sizesOf(most: Decimal, parts: number): readonly Decimal[] {
  const sizes: Decimal[] = [];
  for (let part = 1; part <= parts; part += 1) {
    const lots = most.times(part).div(parts).floor();
    if (lots.gt(sizes.at(-1) ?? ZERO)) sizes.push(lots);
  }
  return sizes;
}

/** Zero where the hedge leaves nothing of its contract. */
function ownerNotional(assessor: Assessor, hedged: AssessedAccount, { instrument }: PricedContract): Decimal {
  const { positions } = assessor.assessView(hedged).detail();
  return positions.find((position) => position.instrument === instrument.id)?.ownerNotional ?? ZERO;
}
