import { floatOf } from '@ballast/risk-schedule';
import type { RiskArray } from '../margin-model.js';
import type { OptionExposure } from './exposure.js';
import { publishedScenarios, type ScenarioGrid } from './scenario-grid.js';

/** A published array in float64. */
interface FloatArray {
  /** By the number of the scenario, in the order of `publishedScenarios`. */
  readonly values: Float64Array;
  readonly unmoved: number;
  /** 1 where a value has been read: what no scan needs never is. */
  readonly read: Uint8Array;
}

interface GridArrays {
  readonly ids: readonly string[];
  readonly arrays: WeakMap<RiskArray, FloatArray>;
}

const grids = new WeakMap<ScenarioGrid, GridArrays>();

/**
 * The published values of an option in float64, read at least where they are needed. A scenario that the array lacks is no
 * number, and makes no number of everything that needs it. The same value is read once, however many ranges look at it.
 * @param needed numbers of scenarios
 */
export function floatsOf(
  { values: published, unmoved }: OptionExposure,
  grid: ScenarioGrid,
  needed: Int32Array,
): Pick<FloatArray, 'values' | 'unmoved'> {
  const { ids, arrays } = grids.get(grid) ?? gridArrays(grid);
  let array = arrays.get(published);
  if (array === undefined) {
    const values = new Float64Array(ids.length);
    array = { values, unmoved: floatOf(unmoved), read: new Uint8Array(ids.length) };
    arrays.set(published, array);
  }
  const { values, read } = array;
  for (let i = 0; i < needed.length; i += 1) {
    const scenario = needed[i] as number;
    if (read[scenario] === 1) continue;
    values[scenario] = floatIn(published, ids[scenario] as string);
    read[scenario] = 1;
  }
  return array;
}

function gridArrays(grid: ScenarioGrid): GridArrays {
  const made: GridArrays = { ids: publishedScenarios(grid).map(({ id }) => id), arrays: new WeakMap() };
  grids.set(grid, made);
  return made;
}

function floatIn(published: RiskArray, scenarioId: string): number {
  if (published.floatOf !== undefined) return published.floatOf(scenarioId) ?? NaN;
  const value = published.get(scenarioId);
  return value === undefined ? NaN : floatOf(value);
}
