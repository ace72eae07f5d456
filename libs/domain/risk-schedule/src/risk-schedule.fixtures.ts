import { dec, type Decimal } from '@ballast/kernel';
import { knotsOf, maintenanceBrackets, type RateParameters } from './maintenance-rate.js';
import type { RateTable, RiskSchedule } from './risk-schedule.js';

const FLOORS = ['0', '1000000', '10000000', '50000000', '200000000', '1000000000', '2000000000', '5000000000'];

/** Bitcoin as the bundled setting has it (docs/spec/margin.md). */
export function rateParameters(
  changes: { readonly sBase?: string; readonly averageDailyVolume?: string; readonly floors?: readonly string[] } = {},
): RateParameters {
  const bracketFloors = (changes.floors ?? FLOORS).map((floor) => dec(floor));
  const rates = {
    sBase: dec(changes.sBase ?? '0.03'),
    z: dec('2.326'),
    tau0Days: dec(1).div(24),
    participation: dec('0.05'),
    averageDailyVolume: dec(changes.averageDailyVolume ?? '20000000000'),
    rateMin: dec('0.01'),
    rateMax: dec('0.5'),
    spread: dec('0.0002'),
    impact: dec('0.8'),
    zeta: dec('0.5'),
    fundShare: dec('0.5'),
    operatingCost: dec('0.0005'),
    penaltyMin: dec('0.001'),
    penaltyMax: dec('0.03'),
    bracketFloors,
    lastBracketEndsAt: dec('4'),
  };
  return { ...rates, knots: knotsOf(rates) };
}

export const BITCOIN = rateParameters();

export const tableAt = (scalar: Decimal | string, parameters: RateParameters = BITCOIN): RateTable => ({
  scalar: dec(scalar),
  brackets: maintenanceBrackets(dec(scalar), parameters),
});

/** A schedule in calm: what is in force has been for the whole notice period. */
export function scheduleAt(scalar: Decimal | string, changes: Partial<RiskSchedule> = {}): RiskSchedule {
  const maintenance = tableAt(scalar);
  return { maintenance, notice: [maintenance], trigger: { long: null, short: null }, ...changes };
}
