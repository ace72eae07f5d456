import { replay, type ReplayReport } from '@ballast/audit';
import { MemoryLogStore } from '@ballast/event-log';
import type { DecisionContext, PartitionProcess } from '@ballast/event-sourcing';
import { SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import { readHouseDocuments } from '@ballast/house-documents';
import { instantOf } from '@ballast/kernel';
import type { MarginState } from '@ballast/margin-domain';
import type { ServiceDefinition } from '@ballast/partition-worker';
import { SERVICES, Simulation, type ClearingHouse } from '@ballast/services';
import { changedService, readingAnother, withFigure } from './changed-rules.js';
import { OPTION_FALL } from './ci-window.js';
import { openRun } from './clearing-run.js';

/** The models that owners of options choose, one after the other. */
const CHOSEN = ['derive-portfolio@2', 'deribit-portfolio@1', 'span-like@1'];

/** A coin that all venues quote at half for a minute, near the end: a jump that they share. */
const HALVED = {
  USDC: { dips: [{ from: instantOf('2020-03-12T10:44:00Z'), to: instantOf('2020-03-12T10:46:00Z'), low: '0.5' }] },
};

/** The fall with options; after the second step holders of options choose models, so that every document decides something. */
async function recordedRun(): Promise<ClearingHouse> {
  const run = await openRun(new MemoryLogStore(), { ...OPTION_FALL, coins: HALVED });
  const simulation = await Simulation.open(run);
  await simulation.step();
  await simulation.step();
  const answers = choices(run.house).map(({ accountId, partition }, index) =>
    run.house.execute('accounts', partition, {
      id: `choice-of-${accountId}`,
      type: 'ChooseMarginModel',
      body: { accountId, model: CHOSEN[index % CHOSEN.length] },
      actor: 'pers:1',
    }),
  );
  while (!simulation.done) await simulation.step();
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ outcome: 'accepted' });
  return run.house;
}

const choices = (house: ClearingHouse): readonly { readonly accountId: string; readonly partition: number }[] =>
  Array.from({ length: house.partitions }, (_, partition) =>
    (house.workerOf('margin', partition).state as MarginState).book.accounts
      .filter(({ accountId }) => /^(options|writer)/.test(accountId))
      .map(({ accountId }) => ({ accountId, partition })),
  ).flat();

type Process = PartitionProcess<unknown>;

/** A process whose code says something else in events of one type. */
const sayingAnother =
  (type: string, change: (payload: Readonly<Record<string, unknown>>) => object) =>
  (process: Process): Process => {
    const through = (context: DecisionContext): DecisionContext => ({
      partition: context.partition,
      partitions: context.partitions,
      past: context.past,
      get time() {
        return context.time;
      },
      get nextPosition() {
        return context.nextPosition;
      },
      emit: (event, cause) =>
        context.emit(
          event.type === type
            ? { ...event, payload: change(event.payload as Readonly<Record<string, unknown>>) }
            : event,
          cause,
        ),
    });
    return {
      ...process,
      decide: (state, input, context) => process.decide(state, input, through(context)),
      settle: (state, context) => process.settle(state, through(context)),
      fire: (state, timer, context) => process.fire(state, timer, through(context)),
    };
  };

/** A process whose code takes inputs of one type for something else. */
const takingForAnother =
  (type: string, change: (payload: Readonly<Record<string, unknown>>) => object) =>
  (process: Process): Process => ({
    ...process,
    decide: (state, input, context) =>
      process.decide(
        state,
        input.type === type ? { ...input, payload: change(input.payload as Readonly<Record<string, unknown>>) } : input,
        context,
      ),
  });

/** One rule of each service changed in its code, and the first decision and field that show it. */
const CHANGED_CODE: readonly (readonly [ServiceLog, string, string, (process: Process) => Process])[] = [
  [
    'accounts',
    'everybody is charged as a taker',
    'PositionChanged payload.collateral.USD',
    takingForAnother('TradeFilled', (fill) => ({ ...fill, liquidity: 'taker' })),
  ],
  [
    'pricing',
    'no price set says what funding will be',
    'PriceSetPublished payload.marks[0].predictedFundingRate',
    sayingAnother('PriceSetPublished', ({ marks, ...set }) => ({
      ...set,
      marks: (marks as readonly object[]).map((mark) => ({ ...mark, predictedFundingRate: '0' })),
    })),
  ],
  [
    'margin',
    'a call is due a minute later',
    'MarginCallIssued payload.dueAt',
    sayingAnother('MarginCallIssued', (call) => ({ ...call, dueAt: (call['dueAt'] as number) + 60_000 })),
  ],
  [
    'liquidation',
    'an order asks for nothing',
    'CloseOutOrderPlaced payload.quantity',
    sayingAnother('CloseOutOrderPlaced', (order) => ({ ...order, quantity: '0' })),
  ],
];

const DOCUMENTS = readHouseDocuments();
const ALL = SERVICE_LOGS.flatMap((log) => DOCUMENTS[log].map(({ id }) => `${log} ${id}`));

/** One figure of each document: what it is changed to, and the first decision and field that show it. */
const CHANGED: readonly (readonly [ServiceLog, string, string, unknown, string])[] = [
  ['accounts', 'assets-default@1', 'assets.ETH.minorUnitDigits', 4, 'CollateralCredited type'],
  ['accounts', 'fee-schedule-default@1', 'perpetual.taker', '0.0006', 'PositionChanged payload.collateral.USD'],
  ['accounts', 'fee-schedule-default@1', 'option.capOfPremium', '0.1', 'PositionChanged payload.collateral.USD'],
  ['accounts', 'loss-waterfall-default@1', 'reserveShare', '0.3', 'FundCredited payload'],
  ['accounts', 'selectable-models-default@1', 'models.3.model', 'other@1', 'ChooseMarginModel answer'],
  ['liquidation', 'close-out-default@1', 'theta', '0.7', 'CloseOutOrderPlaced payload.theta'],
  ['liquidation', 'close-out-default@1', 'minimumSliceNotional', '5000', 'CloseOutTurnRequested payload.least'],
  ['margin', 'avsl-default@1', 'exitFactor', '1.5', 'MarginRunCompleted payload.root'],
  ['margin', 'avsl-default@1', 'targetHealth', '1.6', 'ScheduleInForce payload.targetHealth'],
  ['margin', 'avsl-default@1', 'underlyings.BTC.z', '2.4', 'ScheduleInForce payload.underlyings'],
  ['margin', 'avsl-default@1', 'underlyings.BTC.lastBracketEndsAt', '5', 'ScheduleInForce payload.underlyings'],
  ['margin', 'avsl-default@1', 'collateral.confidence.degraded', '0.4', 'MarginRunCompleted payload.root'],
  [
    'margin',
    'deribit-portfolio-2026-02@1',
    'document.pairs.ETH.priceRange',
    '0.2',
    'AccountStateChanged payload.assessment.portfolio.lines',
  ],
  [
    'margin',
    'derive-portfolio-v2-2026-01@1',
    'document.scenarios.0.spotShock',
    '1.2',
    'MarginRunCompleted payload.root',
  ],
  ['margin', 'models-default@1', 'models.0.floorShare', '1.2', 'MarginRunCompleted payload.root'],
  ['margin', 'span-like-2026-11@1', 'document.commodities.ETH.priceScan', '0.13', 'MarginRunCompleted payload.root'],
  ['pricing', 'adaptive-scenarios@1', 'tailVolatilityShock', '0.4', 'RiskArraysPublished payload'],
  ['pricing', 'pricing-rules@1', 'index.clamp', '0.004', 'RiskArraysPublished payload'],
  ['pricing', 'pricing-rules@1', 'index.jumpBand', '9', 'PriceSetPublished payload.underlyings.USDC'],
  [
    'pricing',
    'pricing-rules@1',
    'index.jumpHoldMs',
    1_200_000,
    'PriceSetPublished payload.underlyings.USDC.jump.believedFrom',
  ],
  ['pricing', 'pricing-rules@1', 'volatility.fastHalfLifeMs', 500_000, 'VolatilitySeeded payload.fast'],
  ['pricing', 'surface-rules@1', 'quotes.distanceDecay', '0.2', 'SurfacePublished payload'],
];

describe('a recorded log that is decided again [CLR-LOG-034]', () => {
  let house: ClearingHouse;

  const divergence = async (service: ServiceDefinition): Promise<ReplayReport['divergence']> =>
    (await replay(house.logs, [service], () => performance.now())).divergence;

  beforeAll(async () => {
    house = await recordedRun();
  }, 180_000);

  it('by the figures it was decided by is identical', async () => {
    expect((await replay(house.logs, SERVICES, () => performance.now())).divergence).toBeUndefined();
  }, 120_000);

  it('is decided again with another figure in every document there is', () => {
    const changed = new Set(CHANGED.map(([log, id]) => `${log} ${id}`));
    expect([...changed].sort()).toEqual([...ALL].sort());
  });

  it.each(CHANGED)(
    'by another figure in %s %s, %s = %j, is not: first %s',
    async (log, id, figure, other, first) => {
      const { kind, body } = DOCUMENTS[log].find((document) => document.id === id) ?? { kind: '', body: {} };
      const changed = withFigure(body, figure.split('.'), other);
      const found = await divergence(changedService(log, readingAnother(kind, id, changed)));
      expect(`${found?.type} ${found?.field}`.startsWith(first) ? first : found).toBe(first);
      expect([log, `${log}.commands`]).toContain(found?.log);
      expect(found?.replayed).not.toBe(found?.logged);
    },
    120_000,
  );

  it.each(CHANGED_CODE)(
    'by another rule in the code of %s, %s, is not: first %s',
    async (log, _rule, first, change) => {
      const found = await divergence(changedService(log, change));
      expect(found).toMatchObject({ log });
      expect(`${found?.type} ${found?.field}`).toBe(first);
      expect(found?.replayed).not.toBe(found?.logged);
    },
    120_000,
  );
});
