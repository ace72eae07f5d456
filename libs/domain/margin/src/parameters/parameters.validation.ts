import {
  ASSETS,
  dec,
  type Decimal,
  matches,
  MINUTE_MS,
  nonNegativeDecimalOf,
  ONE,
  VERSIONED_NAME,
} from '@ballast/kernel';
import { LONGEST_NOTICE_MS } from '../avsl/notice-window.js';
import { UNDERLYINGS } from '../underlyings.js';

interface Range {
  readonly from: string;
  readonly to: string;
  /** Whether `from` itself is allowed. */
  readonly fromIncluded: boolean;
}

const above = (from: string, to: string): Range => ({ from, to, fromIncluded: false });
const within = (from: string, to: string): Range => ({ from, to, fromIncluded: true });

const GENERAL_RANGES: Readonly<Record<string, Range>> = {
  noticeAllowance: within('0', '1'),
  initialMultiple: within('1', '10'),
  warnUsage: above('0', '1'),
  exitFactor: within('1', '2'),
  targetHealth: within('1', '5'),
};

const UNDERLYING_RANGES: Readonly<Record<string, Range>> = {
  sRef: above('0', '1'),
  sBase: above('0', '1'),
  triggerK: within('1', '6'),
  weightFast: within('0', '1'),
  weightSlow: within('0', '1'),
  scalarMax: above('1', '20'),
  risePerHour: above('0', '1'),
  decayPerHour: above('0', '1'),
  buffer: within('0', '1'),
  z: above('0', '10'),
  tau0Days: above('0', '10'),
  participation: above('0', '1'),
  averageDailyVolume: above('0', '1000000000000000'),
  rateMin: above('0', '1'),
  rateMax: above('0', '1'),
  spread: within('0', '1'),
  impact: within('0', '10'),
  zeta: within('0', '10'),
  fundShare: within('0', '10'),
  operatingCost: within('0', '1'),
  penaltyMin: within('0', '1'),
  penaltyMax: within('0', '1'),
};

/** Figures of a parameter set. */
const FIGURE = nonNegativeDecimalOf(21, 60);

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function decimalOf(value: unknown): Decimal | null {
  return matches(FIGURE, value) ? dec(value) : null;
}

function outsideRanges(fields: Fields, ranges: Readonly<Record<string, Range>>, prefix: string): string[] {
  return Object.entries(ranges).flatMap(([name, { from, to, fromIncluded }]) => {
    const value = decimalOf(fields[name]);
    if (value === null) return [`${prefix}${name} is no decimal text`];
    if (value.lt(from) || value.gt(to) || (!fromIncluded && value.eq(from))) {
      return [`${prefix}${name} is not in ${fromIncluded ? '[' : '('}${from}, ${to}]`];
    }
    return [];
  });
}

function underlyingDefects(value: unknown, underlying: string): string[] {
  if (!isFields(value)) return [`${underlying} is missing`];
  const defects = outsideRanges(value, UNDERLYING_RANGES, `${underlying}.`);
  if (defects.length > 0) return defects;
  const figure = (name: string): Decimal => dec(value[name] as string);
  if (!figure('sBase').eq(ONE.plus(figure('buffer')).times(figure('sRef')))) {
    defects.push(`${underlying}.sBase is not (1 + buffer) * sRef`);
  }
  if (!figure('weightFast').plus(figure('weightSlow')).gt(0)) defects.push(`${underlying}: no volatility has a weight`);
  if (figure('rateMin').gt(figure('rateMax'))) defects.push(`${underlying}.rateMin is above rateMax`);
  if (figure('penaltyMin').gt(figure('penaltyMax'))) defects.push(`${underlying}.penaltyMin is above penaltyMax`);
  const { bracketFloors } = value;
  const floors = Array.isArray(bracketFloors) ? bracketFloors.map(decimalOf) : [];
  const rising = floors.every(
    (floor, i) => floor !== null && (i === 0 ? floor.isZero() : floor.gt(floors[i - 1] ?? floor)),
  );
  // One floor alone would have no upper end: the open last bracket goes through four times its floor.
  if (floors.length < 2 || floors.length > 32 || !rising) {
    defects.push(`${underlying}.bracketFloors are not 2 to 32 rising amounts from 0`);
  }
  return defects;
}

/**
 * What is wrong with a parameter set; nothing when it may be proposed.
 * @param value as it came from outside
 */
export function parameterDefects(value: unknown): readonly string[] {
  if (!isFields(value)) return ['parameters are missing'];
  const defects: string[] = [];
  if (!matches(VERSIONED_NAME, value['id'])) defects.push('id is not <name>@<version>');
  const noticeMs = value['noticeMs'];
  if (!Number.isSafeInteger(noticeMs) || (noticeMs as number) < MINUTE_MS || (noticeMs as number) > LONGEST_NOTICE_MS) {
    defects.push(`noticeMs is not in [${MINUTE_MS}, ${LONGEST_NOTICE_MS}]`);
  }
  defects.push(...outsideRanges(value, GENERAL_RANGES, ''));
  const haircuts = isFields(value['haircuts']) ? value['haircuts'] : {};
  defects.push(
    ...outsideRanges(haircuts, Object.fromEntries(ASSETS.map((asset) => [asset, within('0', '1')])), 'haircuts.'),
  );
  // A haircut on the settlement asset would make a debt of dollars smaller than it is.
  if (haircuts['USD'] !== '0') defects.push('haircuts.USD is not 0');
  const underlyings = isFields(value['underlyings']) ? value['underlyings'] : {};
  for (const underlying of UNDERLYINGS) defects.push(...underlyingDefects(underlyings[underlying], underlying));
  return defects;
}
