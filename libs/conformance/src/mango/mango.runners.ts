import { type Decimal, dec, ONE, sum } from '@ballast/kernel';
import {
  accountHealth,
  type HealthKind,
  type HealthPerp,
  type ReservedOrders,
  type TokenScaling,
} from '@ballast/venue-rules';
import type { CaseRunners } from '../case-runner.js';
import { refusing } from '../refusal.js';

type Figures = Readonly<Record<string, unknown>>;

interface TokenInput extends Figures {
  readonly price: string;
  readonly assetWeight: string;
  readonly liabilityWeight: string;
  readonly balance: string;
}

interface PerpInput {
  readonly price: string;
  readonly baseLotSize: string;
  readonly baseAssetWeight: string;
  readonly baseLiabilityWeight: string;
  readonly overallAssetWeight: string;
  readonly settleToken: string;
  readonly baseLots: string;
  readonly quote: string;
  readonly bidLots?: string;
  readonly askLots?: string;
}

interface ReservedInput extends Figures {
  readonly base: string;
  readonly quote: string;
  readonly quoteAmount?: string;
  readonly baseAmount?: string;
}

interface HealthInput {
  readonly healthType: string;
  readonly tokens: Readonly<Record<string, TokenInput>>;
  readonly reservedOrders?: readonly ReservedInput[] | null;
  readonly perp?: PerpInput | null;
  readonly perps?: readonly PerpInput[];
}

const HEALTH_KINDS: Readonly<Record<string, HealthKind>> = {
  init: 'init',
  initial: 'init',
  maint: 'maint',
  maintenance: 'maint',
  liquidationend: 'liquidationEnd',
};

/** The kind of health by its name, however it is written. */
function healthKindOf(name: string): HealthKind {
  const kind = HEALTH_KINDS[name.toLowerCase().replace(/[^a-z]/g, '')];
  if (kind === undefined) throw new Error(`healthType: "${name}" is none of ${Object.keys(HEALTH_KINDS).join(', ')}`);
  return kind;
}

/** All figures of an object by their lower-case names, those of objects within it behind the name of the object: `deposits.value`. */
function namedFigures(fields: Figures, within = ''): readonly (readonly [string, string])[] {
  return Object.entries(fields).flatMap(([name, value]): readonly (readonly [string, string])[] => {
    const path = `${within}${name.toLowerCase()}`;
    if (typeof value === 'string') return [[path, value]];
    return typeof value === 'object' && value !== null ? namedFigures(value as Figures, `${path}.`) : [];
  });
}

/**
 * Totals and scale starts of a token. The files at hand have none, so they are recognised by the words of the rule: a start is a
 * value in quote, a total is in token units unless its name says value. Tokens that orders may still bring count as deposits.
 */
function scalingOf(token: TokenInput): TokenScaling {
  const figures = namedFigures(token);
  const word = figures.some(([name]) => name.includes('start')) ? 'start' : 'scale';
  const isStart = (name: string): boolean => name.includes(word);
  const startOf = (side: RegExp): Decimal =>
    dec(figures.find(([name]) => side.test(name) && isStart(name))?.[1] ?? '0');
  const valueOf = (side: RegExp): Decimal =>
    sum(
      figures
        .filter(([name]) => side.test(name) && !isStart(name))
        .map(([name, amount]) => (/value|quote/.test(name) ? dec(amount) : dec(amount).times(token.price))),
    );
  const [deposits, borrows] = [/deposit/, /borrow/];
  return {
    depositsValue: valueOf(/deposit|potential/),
    depositScaleStart: startOf(deposits),
    borrowsValue: valueOf(borrows),
    borrowScaleStart: startOf(borrows),
  };
}

/** Limits of the orders, by the words ask and bid; `inv` says that the inverse is given. Zero means none. */
function limitsOf(orders: ReservedInput): Pick<ReservedOrders, 'lowestAsk' | 'highestBid'> {
  const limitOf = (side: RegExp): Decimal | undefined => {
    const [name, figure] = namedFigures(orders).find(([candidate]) => side.test(candidate)) ?? [];
    if (name === undefined || figure === undefined || dec(figure).isZero()) return undefined;
    return /inv/.test(name) ? ONE.div(figure) : dec(figure);
  };
  const [lowestAsk, highestBid] = [limitOf(/ask/), limitOf(/bid/)];
  return { ...(lowestAsk && { lowestAsk }), ...(highestBid && { highestBid }) };
}

function perpOf(perp: PerpInput, index: number): HealthPerp {
  const lots = (count = '0'): Decimal => dec(count).times(perp.baseLotSize);
  return {
    market: `perp-${index}`,
    price: dec(perp.price),
    baseAssetWeight: dec(perp.baseAssetWeight),
    baseLiabilityWeight: dec(perp.baseLiabilityWeight),
    overallAssetWeight: dec(perp.overallAssetWeight),
    settleToken: perp.settleToken,
    base: lots(perp.baseLots),
    quote: dec(perp.quote),
    bids: lots(perp.bidLots),
    asks: lots(perp.askLots),
  };
}

export const mangoRunners: CaseRunners = refusing({
  account_health: ({ inputs }) => {
    const { healthType, tokens, reservedOrders, perp, perps } = inputs as HealthInput;
    const { health } = accountHealth(
      {
        tokens: Object.entries(tokens).map(([token, input]) => ({
          token,
          price: dec(input.price),
          assetWeight: dec(input.assetWeight),
          liabilityWeight: dec(input.liabilityWeight),
          balance: dec(input.balance),
          scaling: scalingOf(input),
        })),
        reservedOrders: (reservedOrders ?? []).map((orders) => ({
          base: orders.base,
          quote: orders.quote,
          baseAmount: dec(orders.baseAmount ?? '0'),
          quoteAmount: dec(orders.quoteAmount ?? '0'),
          ...limitsOf(orders),
        })),
        perps: [...(perp ? [perp] : []), ...(perps ?? [])].map(perpOf),
      },
      healthKindOf(healthType),
    );
    return { health };
  },
});
