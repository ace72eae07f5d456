import type { InstrumentId } from '@ballast/facts';
import { InvariantViolation, ModelInputError, ONE, ZERO } from '@ballast/kernel';
import type {
  FloatCollateralHolding,
  FloatContract,
  FloatHolding,
  FloatOwnerSize,
  FloatPortfolio,
  ScreenedFigures,
} from '@ballast/margin-models';
import { floatOf } from '@ballast/risk-schedule';
import { OWN_MODEL } from '../assess/assess.js';
import type { AccountBook, AccountRecord, FloatPosition } from '../assess/account-book.js';
import type { AssessmentMarket } from '../assess/assessment-market.js';
import { worthOf, type PricedContract } from '../assess/priced-contracts.js';
import { takeScreened, type RowSchedule, type ScreenFigures } from './row-screen.js';

/** A contract on one schedule: what it asks, and what a contract and a unit of its cost add to equity, USD. */
interface ScreenedContract {
  readonly contract: FloatContract;
  readonly worth: number;
  readonly cost: number;
}

/** What of an account's positions float64 can value. */
interface ScreenedPositions {
  readonly holdings: readonly FloatHolding[];
  readonly worth: number;
  readonly worthMagnitude: number;
}

/**
 * Assesses accounts with any contracts on one schedule in float64 with proven bounds. Whoever gets null is decided in decimals: an
 * owner's chosen model, a contract without a price or past its expiry, a size between two rates, whatever the model refuses.
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-008
 */
export class ContractScreen {
  readonly #contracts = new Map<InstrumentId, ScreenedContract | null>();
  readonly #owners = new Map<string, ReadonlyMap<string, FloatOwnerSize>>();

  constructor(
    private readonly book: AccountBook,
    private readonly market: AssessmentMarket,
    private readonly levels: Pick<RowSchedule, 'callMultiple'>,
  ) {}

  /** Fills an account's figures; false where only decimals can tell, as of whatever a model refuses. */
  screen(slot: number, into: ScreenFigures): boolean {
    try {
      const screened = this.figuresOf(slot);
      if (screened !== null) takeScreened(screened, this.levels, into);
      return screened !== null;
    } catch (error) {
      if (error instanceof ModelInputError || error instanceof InvariantViolation) return false;
      throw error;
    }
  }

  /** @throws ModelInputError as the model does */
  figuresOf(slot: number): ScreenedFigures | null {
    const account = this.book.accounts[slot] as AccountRecord;
    if (account.failedModel !== null || (account.model !== null && account.model !== OWN_MODEL)) return null;
    const held = this.#positionsOf(slot);
    // Without an open position nothing is required; decimals know why.
    if (held === null || held.holdings.length === 0) return null;
    const portfolio: FloatPortfolio = {
      worth: held.worth,
      worthMagnitude: held.worthMagnitude,
      positions: held.holdings,
      collateral: this.#collateralOf(slot),
      ownerSizes: this.#ownerSizes(account),
    };
    const figures = this.market.screen.figures(portfolio);
    return figures !== null && isRequired(figures) ? figures : null;
  }

  #positionsOf(slot: number): ScreenedPositions | null {
    const holdings: FloatHolding[] = [];
    let worth = 0;
    let worthMagnitude = 0;
    for (const { instrument, quantity, cost } of this.book.floatPositions(slot)) {
      const screened = this.#contractOf(instrument);
      if (screened === null) return null;
      const value = quantity * screened.worth;
      const paid = cost * screened.cost;
      worth += value - paid;
      worthMagnitude += Math.abs(value) + Math.abs(paid);
      holdings.push({ contract: screened.contract, quantity, size: Math.abs(quantity) });
    }
    return { holdings, worth, worthMagnitude };
  }

  #collateralOf(slot: number): readonly FloatCollateralHolding[] {
    const { assets, width } = this.book.layout;
    const collateral: FloatCollateralHolding[] = [];
    assets.forEach((asset, place) => {
      const amount = this.book.rows[slot * width + place] as number;
      if (amount !== 0 && this.market.schedule.prices.has(asset)) collateral.push({ asset, amount });
    });
    return collateral;
  }

  #contractOf(id: InstrumentId): ScreenedContract | null {
    const known = this.#contracts.get(id);
    if (known !== undefined) return known;
    const priced = this.market.open(id);
    const made = priced && this.#screened(priced);
    this.#contracts.set(id, made);
    return made;
  }

  /** What a position adds to equity is straight in its quantity and in its cost. */
  #screened(priced: PricedContract): ScreenedContract {
    const free = worthOf(priced, { quantity: ONE, cost: ZERO });
    const paid = worthOf(priced, { quantity: ONE, cost: ONE });
    return {
      contract: this.market.screen.contract(priced.instrument),
      worth: floatOf(free),
      cost: floatOf(free.minus(paid)),
    };
  }

  /** Sizes over all accounts of the owner; within an account contracts of one instrument net, accounts never do. */
  #ownerSizes(account: AccountRecord): ReadonlyMap<string, FloatOwnerSize> | null {
    const slots = this.book.slotsOfOwner(account);
    if (slots.length === 1) return null;
    const known = this.#owners.get(account.ownerId);
    if (known !== undefined) return known;
    const sizes = new Map<string, FloatOwnerSize>();
    for (const slot of slots) {
      for (const { instrument, quantity } of this.book.floatPositions(slot)) this.#addSize(sizes, instrument, quantity);
    }
    this.#owners.set(account.ownerId, sizes);
    return sizes;
  }

  #addSize(sizes: Map<string, FloatOwnerSize>, instrument: InstrumentId, quantity: FloatPosition['quantity']): void {
    const contract = this.#contractOf(instrument)?.contract;
    // Without a price it counts nothing in anybody's size.
    if (contract === undefined) return;
    const { long, short, terms } = sizes.get(contract.underlying) ?? { long: 0, short: 0, terms: 0 };
    const delta = contract.delta * quantity;
    sizes.set(contract.underlying, {
      long: long + Math.max(delta, 0),
      short: short + Math.max(-delta, 0),
      terms: terms + 1,
    });
  }
}

/** Whether the requirements are certainly above 0: a perfect hedge may be required nothing, and then there is no level to be below. */
const isRequired = ({ maintenance, liquidation }: ScreenedFigures): boolean =>
  maintenance.figure > maintenance.bound && liquidation.figure > liquidation.bound;
