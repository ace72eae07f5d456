import type {
  AccountId,
  AssessmentDetail,
  CollateralLine,
  InstrumentId,
  MarginFigures,
  PortfolioDetail,
  Side,
  Underlying,
} from '@ballast/facts';
import { text, type Asset, type Decimal } from '@ballast/kernel';
import type { SideSizes } from '@ballast/risk-schedule';

export interface HeldPosition {
  /** Contracts, negative = short. */
  readonly quantity: Decimal;
  /** Signed, in the settlement asset; unrealised profit = quantity * value of a contract at the mark - cost. */
  readonly cost: Decimal;
}

/** What an account holds, by instrument. */
export type Holdings = ReadonlyMap<InstrumentId, HeldPosition>;

/** All of an account that an assessment reads. */
export interface AssessedAccount {
  readonly accountId: AccountId;
  readonly version: number;
  /** Everything credited, held money included. An absent asset is zero. */
  readonly collateral: ReadonlyMap<Asset, Decimal>;
  /** Money of cleared withdrawals: no longer equity. */
  readonly clearedHolds: ReadonlyMap<Asset, Decimal>;
  readonly holdings: Holdings;
  /** The owner's choice; null: the house's own model. */
  readonly model: string | null;
  /** What the owner holds in the other accounts. */
  readonly ownerHoldings: readonly Holdings[];
  /** By underlying, over all accounts of the owner, where somebody counts more than is held; absent: what is held. */
  readonly ownerSizes?: ReadonlyMap<Underlying, SideSizes>;
}

/** The figures of an assessment, USD: equity rounded down to the cent, requirements up. */
export interface ExactFigures {
  readonly equity: Decimal;
  readonly initial: Decimal;
  /** `callMultiple` times maintenance. */
  readonly call: Decimal;
  /** At V_eff. */
  readonly maintenance: Decimal;
  readonly liquidation: Decimal;
}

export interface ExactPosition {
  readonly instrument: InstrumentId;
  readonly underlying: Underlying;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly mark: Decimal;
  readonly notional: Decimal;
  readonly ownerNotional: Decimal;
  readonly maintenanceRate: Decimal;
  readonly liquidationRate: Decimal;
  /** Share of the requirement, negative for a hedge. */
  readonly maintenance: Decimal;
  /** What closing it frees of the requirement, where that is another figure than its share. */
  readonly freedByClosing: Decimal | undefined;
  readonly liquidation: Decimal;
  readonly unrealisedPnl: Decimal;
}

export interface ExactCollateral {
  readonly asset: Asset;
  readonly amount: Decimal;
  readonly price: Decimal;
  readonly haircut: Decimal;
  readonly worth: Decimal;
}

/** One assessment, exact, with everything that stands behind its figures. */
export interface Assessment {
  readonly accountId: AccountId;
  readonly accountVersion: number;
  /** Position of ScheduleInForce in margin global. */
  readonly schedule: number;
  readonly figures: ExactFigures;
  readonly clearedHolds: Decimal;
  readonly collateral: readonly ExactCollateral[];
  readonly positions: readonly ExactPosition[];
  readonly portfolio: PortfolioDetail;
}

export const sideOf = (quantity: Decimal): Side => (quantity.isNegative() ? 'short' : 'long');

export const writeFigures = ({ equity, initial, call, maintenance, liquidation }: ExactFigures): MarginFigures => ({
  call: text(call),
  equity: text(equity),
  initial: text(initial),
  liquidation: text(liquidation),
  maintenance: text(maintenance),
});

/** An assessment as it stands in events, keys in their canonical order: every intermediate figure. */
export function writeAssessment(assessment: Assessment): AssessmentDetail {
  return {
    accountId: assessment.accountId,
    accountVersion: assessment.accountVersion,
    clearedHolds: text(assessment.clearedHolds),
    collateral: assessment.collateral.map(({ asset, amount, price, haircut, worth }): CollateralLine => ({
      amount: text(amount),
      asset,
      haircut: text(haircut),
      price: text(price),
      value: text(worth),
    })),
    figures: writeFigures(assessment.figures),
    portfolio: assessment.portfolio,
    positions: assessment.positions.map((position) => ({
      ...(position.freedByClosing === undefined ? {} : { freedByClosing: text(position.freedByClosing) }),
      instrument: position.instrument,
      liquidation: text(position.liquidation),
      liquidationRate: text(position.liquidationRate),
      maintenance: text(position.maintenance),
      maintenanceRate: text(position.maintenanceRate),
      mark: text(position.mark),
      notional: text(position.notional),
      ownerNotional: text(position.ownerNotional),
      quantity: text(position.quantity),
      side: position.side,
      underlying: position.underlying,
      unrealisedPnl: text(position.unrealisedPnl),
    })),
    schedule: assessment.schedule,
  };
}
