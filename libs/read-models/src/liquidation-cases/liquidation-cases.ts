import type { LogEntry } from '@ballast/event-sourcing';
import type { LiquidationEvents, MarginFigures } from '@ballast/facts';
import { ZERO, dec, text, type AccountId, type Decimal, type DecimalString, type Instant } from '@ballast/kernel';

/** A liquidation from its opening to where it stands. Amounts in USD. */
export interface LiquidationCase {
  readonly caseId: string;
  readonly accountId: AccountId;
  readonly partition: number;
  /** Positions in liquidation, partition of the account. */
  readonly opened: { readonly at: Instant; readonly position: number };
  readonly closed: { readonly at: Instant; readonly position: number } | null;
  /** The LiquidationTriggered in margin. */
  readonly trigger: number;
  readonly figures: MarginFigures;
  readonly outcome: string | null;
  readonly slices: number;
  readonly closedNotional: DecimalString;
  readonly slippage: DecimalString;
  readonly penalty: DecimalString;
  readonly reward: DecimalString;
  /** What the insurance fund was asked for. */
  readonly fundAsked: DecimalString;
  readonly uncoveredLoss: DecimalString;
}

/** A liquidation while its events come in. */
interface Growing {
  readonly opened: Omit<
    LiquidationCase,
    | 'closed'
    | 'outcome'
    | 'slices'
    | 'closedNotional'
    | 'slippage'
    | 'penalty'
    | 'reward'
    | 'fundAsked'
    | 'uncoveredLoss'
  >;
  closed: LiquidationCase['closed'];
  outcome: string | null;
  slices: number;
  closedNotional: Decimal;
  slippage: Decimal;
  penalty: Decimal;
  reward: Decimal;
  fundAsked: Decimal;
  uncoveredLoss: DecimalString;
}

/** A projection as it can be written down and gone on from: cases by their id. */
export type KeptCases = Map<string, Growing>;

/** All liquidations of a clearing house; one fold over the logs of liquidation, in any order of partitions. */
export class LiquidationCasesProjection {
  /** Newest first; made when somebody asks, as long as no other case was opened since. */
  #inOrder: readonly Growing[] | undefined;

  /** @param kept what another one gave, to go on from there */
  constructor(readonly kept: KeptCases = new Map()) {}

  apply({ log, type, payload, partition, position, time }: LogEntry): void {
    if (log !== 'liquidation' || partition < 0) return;
    switch (type as keyof LiquidationEvents) {
      case 'LiquidationOpened': {
        const { caseId, accountId, trigger, figures } = payload as LiquidationEvents['LiquidationOpened'];
        const opened = { at: time.clearing, position };
        this.#inOrder = undefined;
        this.kept.set(caseId, {
          opened: { caseId, accountId, partition, opened, trigger: trigger.position, figures },
          closed: null,
          outcome: null,
          slices: 0,
          closedNotional: ZERO,
          slippage: ZERO,
          penalty: ZERO,
          reward: ZERO,
          fundAsked: ZERO,
          uncoveredLoss: '0',
        });
        return;
      }
      case 'CloseOutOrderPlaced':
        return this.#change(payload, (growing) => (growing.slices += 1));
      case 'LiquidationCostAssessed':
        return this.#change<'LiquidationCostAssessed'>(payload, (growing, cost) => {
          growing.closedNotional = growing.closedNotional.plus(cost.closedNotional);
          growing.slippage = growing.slippage.plus(cost.slippage);
          growing.penalty = growing.penalty.plus(cost.penalty);
          growing.reward = growing.reward.plus(cost.reward);
        });
      case 'FundDrawRequested':
        return this.#change<'FundDrawRequested'>(payload, (growing, { amount }) => {
          growing.fundAsked = growing.fundAsked.plus(dec(amount));
        });
      case 'LiquidationClosed':
        return this.#change<'LiquidationClosed'>(payload, (growing, { outcome, uncoveredLoss }) => {
          growing.closed = { at: time.clearing, position };
          growing.outcome = outcome;
          growing.uncoveredLoss = uncoveredLoss;
        });
      default:
        return;
    }
  }

  #change<Type extends keyof LiquidationEvents>(
    payload: unknown,
    change: (growing: Growing, payload: LiquidationEvents[Type]) => void,
  ): void {
    const growing = this.kept.get((payload as { readonly caseId: string }).caseId);
    if (growing !== undefined) change(growing, payload as LiquidationEvents[Type]);
  }

  get open(): number {
    let open = 0;
    for (const { closed } of this.kept.values()) if (closed === null) open += 1;
    return open;
  }

  find(caseId: string): LiquidationCase | undefined {
    const growing = this.kept.get(caseId);
    return growing && written(growing);
  }

  /** Newest first; of one moment in the order of their ids. To write a case takes far longer than to pass it over. */
  inOrder(): readonly Pick<Growing, 'opened' | 'closed'>[] {
    this.#inOrder ??= [...this.kept.values()].sort(
      ({ opened: a }, { opened: b }) => b.opened.at - a.opened.at || (a.caseId < b.caseId ? -1 : 1),
    );
    return this.#inOrder;
  }

  /** All of them, in the same order. */
  list(): readonly LiquidationCase[] {
    return this.inOrder().map(({ opened: { caseId } }) => this.find(caseId) as LiquidationCase);
  }
}

const written = ({
  opened,
  closedNotional,
  slippage,
  penalty,
  reward,
  fundAsked,
  ...rest
}: Growing): LiquidationCase => ({
  ...opened,
  ...rest,
  closedNotional: text(closedNotional),
  slippage: text(slippage),
  penalty: text(penalty),
  reward: text(reward),
  fundAsked: text(fundAsked),
});
