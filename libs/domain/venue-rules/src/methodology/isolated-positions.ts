import { type Decimal, sum, ZERO } from '@ballast/kernel';
import {
  type ExplainLine,
  finite,
  type ModelResult,
  type Portfolio,
  type PositionHolding,
  SETTLEMENT_ASSET,
} from '@ballast/margin-models';

const isIsolated = ({ isolatedMargin }: PositionHolding): boolean => isolatedMargin !== undefined;

function alone(positions: readonly PositionHolding[]): { readonly margin: Decimal; readonly portfolio: Portfolio } {
  const margin = sum(
    positions.map(({ isolatedMargin, instrument }) =>
      finite(isolatedMargin ?? ZERO, `positions.${instrument.id}.isolatedMargin`),
    ),
  );
  const cash = { asset: SETTLEMENT_ASSET, amount: margin };
  return { margin, portfolio: { collateral: [cash], positions, orders: [] } };
}

/**
 * Isolated positions stand on the margin set aside for them alone: it leaves the value of the account, they leave its scan, and
 * a line says equity, requirement and surplus of each instrument by itself.
 * @param assess the model of a portfolio that shares its collateral
 */
export function withIsolatedPositions(
  assess: (portfolio: Portfolio) => ModelResult,
  portfolio: Portfolio,
): ModelResult {
  const isolated = portfolio.positions.filter(isIsolated);
  if (isolated.length === 0) return assess(portfolio);
  const shared = assess({ ...portfolio, positions: portfolio.positions.filter((position) => !isIsolated(position)) });
  const instruments = [...new Set(isolated.map(({ instrument }) => instrument.id))].sort();
  const lines = instruments.map((id): ExplainLine => {
    const { margin, portfolio: own } = alone(isolated.filter(({ instrument }) => instrument.id === id));
    const { value, requirements } = assess(own);
    const requiredMaintenance = requirements.maintenance ?? ZERO;
    return {
      code: 'isolated-position',
      subject: id,
      amount: margin.neg(),
      figures: {
        equity: value,
        requiredInitial: requirements.initial ?? ZERO,
        requiredMaintenance,
        surplus: value.minus(requiredMaintenance),
      },
    };
  });
  const setAside = sum(lines.map(({ amount }) => amount));
  return { ...shared, value: shared.value.plus(setAside), lines: [...shared.lines, ...lines] };
}
