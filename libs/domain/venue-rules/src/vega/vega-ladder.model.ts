import { type Decimal, maxOf, ModelInputError, sum, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  type ExplainLine,
  finite,
  type InstrumentMarket,
  instrumentMarketOf,
  lotsByInstrument,
  type MarginModel,
  type Market,
  type ModelResult,
  type OpenOrder,
  type Portfolio,
  type PositionHolding,
  positive,
} from '@ballast/margin-models';
import { levelsOf, maintenanceParts, type MaintenanceParts, type MarginLevels } from './margin-levels.js';
import {
  type LadderMarketParameters,
  readVegaLadderParameters,
  VEGA_LADDER_DEFAULTS,
  type VegaLadderParameters,
} from './vega-ladder.parameters.js';

/** What an owner has in one contract. */
interface ContractExposure {
  readonly instrument: string;
  readonly position: Decimal;
  readonly buyOrders: Decimal;
  readonly sellOrders: Decimal;
  readonly buySumProduct: Decimal;
  readonly sellSumProduct: Decimal;
  readonly mark: Decimal;
  readonly auctionPrice?: Decimal;
  /** Positive = the owner pays. */
  readonly accruedFunding: Decimal;
  readonly unrealisedPnl: Decimal;
  readonly parameters: LadderMarketParameters;
}

/**
 * Four levels per contract, summed over contracts; nothing is offset between contracts. Value = collateral + profit since
 * entry; funding not yet booked is asked for when the owner pays it and not credited when the owner receives.
 */
export const vegaLadder: MarginModel<VegaLadderParameters> = {
  id: 'vega-ladder@1',
  title: 'Vega: maintenance, search, initial and release level, log-normal expected shortfall',
  source: {
    text: 'vegaprotocol/specs 0019-MCAL, 0018-RSKM, 0010-MARG; vegaprotocol/vega a50750cc',
    asOf: '2026-11-22',
  },
  levels: ['release', 'initial', 'search', 'maintenance'],
  defaultParameters: VEGA_LADDER_DEFAULTS,
  readParameters: readVegaLadderParameters,
  assess,
};

function assess(portfolio: Portfolio, market: Market, parameters: VegaLadderParameters): ModelResult {
  const { cash, assets } = arrangeCollateral(portfolio.collateral, market);
  const collateral = assets.map(({ asset, amount, price }) => ({ asset, worth: amount.times(price) }));
  const contracts = exposuresOf(portfolio, market, parameters).map((exposure) => {
    const parts = maintenanceParts(ladderExposureOf(exposure));
    return { exposure, parts, levels: levelsOf(parts.total, parameters.scaling, parameters.unit) };
  });
  const levelSum = (level: keyof MarginLevels): Decimal => sum(contracts.map(({ levels }) => levels[level]));
  return {
    value: cash
      .plus(sum(collateral.map(({ worth }) => worth)))
      .plus(sum(contracts.map((c) => c.exposure.unrealisedPnl))),
    requirements: {
      release: levelSum('release'),
      initial: levelSum('initial'),
      search: levelSum('search'),
      maintenance: levelSum('maintenance'),
    },
    lines: [
      { code: 'cash', amount: cash },
      ...collateral.map(({ asset, worth }) => ({ code: 'collateral', subject: asset, amount: worth })),
      ...contracts.flatMap(({ exposure, parts, levels }) => contractLines(exposure, parts, levels)),
    ],
  };
}

function contractLines(
  { instrument, unrealisedPnl }: ContractExposure,
  parts: MaintenanceParts,
  levels: MarginLevels,
): ExplainLine[] {
  return [
    { code: 'unrealised-pnl', subject: instrument, amount: unrealisedPnl },
    { code: 'slippage', subject: instrument, amount: parts.slippage },
    { code: 'position-risk', subject: instrument, amount: parts.positionRisk },
    { code: 'order-risk', subject: instrument, amount: parts.orderRisk },
    { code: 'funding-increment', subject: instrument, amount: parts.funding },
    { code: 'maintenance-level', subject: instrument, amount: levels.maintenance, figures: { ...levels } },
  ];
}

function ladderExposureOf(exposure: ContractExposure) {
  const { position, buyOrders, sellOrders, mark, accruedFunding, parameters, auctionPrice } = exposure;
  const { buySumProduct, sellSumProduct } = exposure;
  return {
    position,
    buyOrders,
    sellOrders,
    markPrice: mark,
    fundingPerUnit: position.isZero() ? ZERO : maxOf(ZERO, accruedFunding).div(position),
    ...parameters,
    ...(auctionPrice === undefined ? {} : { auction: { buySumProduct, sellSumProduct, auctionPrice } }),
  };
}

/** One entry per contract with a position or orders, in the order of instrument ids; lots and orders in an order of their own figures. */
function exposuresOf(portfolio: Portfolio, market: Market, parameters: VegaLadderParameters): ContractExposure[] {
  const orders = portfolio.orders.filter(({ reduceOnly }) => reduceOnly !== true);
  const ids = [...portfolio.positions, ...orders].map(({ instrument }) => instrument.id);
  const lotsOf = new Map(lotsByInstrument(portfolio.positions).map((lots) => [lots[0]!.instrument.id, lots]));
  const inOrder = [...orders].sort((a, b) => a.quantity.cmp(b.quantity) || (a.price ?? ZERO).cmp(b.price ?? ZERO));
  return [...new Set(ids)].sort().map((id) =>
    exposureOf(
      id,
      lotsOf.get(id) ?? [],
      inOrder.filter(({ instrument }) => instrument.id === id),
      instrumentMarketOf(market, id),
      parameters,
    ),
  );
}

function exposureOf(
  id: string,
  lots: readonly PositionHolding[],
  orders: readonly OpenOrder[],
  { mark, auctionPrice }: InstrumentMarket,
  { markets }: VegaLadderParameters,
): ContractExposure {
  const { instrument } = [...lots, ...orders][0]!;
  const field = `positions.${id}`;
  if (instrument.kind === 'option' || instrument.settlement === 'inverse') {
    const message = `${field}: this model margins linear perpetuals and futures only; choose another model for it`;
    throw new ModelInputError('instrument-not-supported', field, message);
  }
  const parameters = markets.get(instrument.underlying);
  if (parameters === undefined) {
    const place = `markets.${instrument.underlying}`;
    throw new ModelInputError('market-parameters-missing', place, `${place}: add the market to the parameter document`);
  }
  const price = positive(mark, `market.instruments.${id}.mark`);
  const sizeOf = (contracts: Decimal): Decimal => finite(contracts, `${field}.quantity`).times(instrument.contractSize);
  const side = (name: OpenOrder['side']) => {
    const own = orders.filter((order) => order.side === name);
    return {
      size: sum(own.map(({ quantity }) => sizeOf(quantity))),
      sumProduct: sum(own.map((order) => sizeOf(order.quantity).times(order.price ?? price))),
    };
  };
  const buys = side('buy');
  const sells = side('sell');
  return {
    instrument: id,
    position: sum(lots.map(({ quantity }) => sizeOf(quantity))),
    buyOrders: buys.size,
    sellOrders: sells.size,
    buySumProduct: buys.sumProduct,
    sellSumProduct: sells.sumProduct,
    mark: price,
    ...(auctionPrice === undefined ? {} : { auctionPrice }),
    accruedFunding: sum(lots.map(({ accruedFunding }) => accruedFunding ?? ZERO)),
    unrealisedPnl: sum(
      lots.map(({ quantity, entryPrice }) =>
        entryPrice === undefined
          ? ZERO
          : sizeOf(quantity).times(price.minus(finite(entryPrice, `${field}.entryPrice`))),
      ),
    ),
    parameters,
  };
}
