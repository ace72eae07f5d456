import { type Decimal, dec, ZERO } from '@ballast/kernel';
import { accountHealth, type HealthKind, type HealthPerp, type TokenScaling } from '@ballast/margin-models';
import type { CaseRunners } from '../case-runner.js';

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
  readonly bidLots: string;
  readonly askLots: string;
}

interface HealthInput {
  readonly healthType: string;
  readonly tokens: Readonly<Record<string, TokenInput>>;
  readonly reservedOrders?: readonly {
    readonly base: string;
    readonly quote: string;
    readonly quoteAmount: string;
    readonly baseAmount: string;
  }[];
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

/** All figures of a token, those of objects within it (`scaling`) beside its own. */
function flatFigures(token: Figures): readonly (readonly [string, string])[] {
  return Object.entries(token).flatMap(([name, value]): readonly (readonly [string, string])[] => {
    if (typeof value === 'string') return [[name.toLowerCase(), value]];
    return typeof value === 'object' && value !== null ? flatFigures(value as Figures) : [];
  });
}

/**
 * Totals and scale starts of a token. The files at hand have none, so they are recognised by the words of the rule: a start is a
 * value in quote, a total is in token units unless its name says value.
 */
function scalingOf(token: TokenInput): TokenScaling {
  const figures = flatFigures(token);
  const startOf = (side: RegExp): Decimal =>
    dec(figures.find(([name]) => side.test(name) && name.includes('start'))?.[1] ?? '0');
  const valueOf = (side: RegExp): Decimal => {
    const total = figures.find(([name]) => side.test(name) && !name.includes('start'));
    if (total === undefined) return ZERO;
    const [name, amount] = total;
    return /value|quote/.test(name) ? dec(amount) : dec(amount).times(token.price);
  };
  const [deposits, borrows] = [/deposit/, /borrow/];
  return {
    depositsValue: valueOf(deposits),
    depositScaleStart: startOf(deposits),
    borrowsValue: valueOf(borrows),
    borrowScaleStart: startOf(borrows),
  };
}

function perpOf(perp: PerpInput, index: number): HealthPerp {
  const lots = (count: string): Decimal => dec(count).times(perp.baseLotSize);
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

export const mangoRunners: CaseRunners = {
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
        reservedOrders: (reservedOrders ?? []).map(({ base, quote, baseAmount, quoteAmount }) => ({
          base,
          quote,
          baseAmount: dec(baseAmount),
          quoteAmount: dec(quoteAmount),
        })),
        perps: [...(perp ? [perp] : []), ...(perps ?? [])].map(perpOf),
      },
      healthKindOf(healthType),
    );
    return { health };
  },
};
