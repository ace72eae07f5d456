import type { LogEntry } from '@ballast/event-sourcing';
import type { LiquidationEvents, TurnEvents } from '@ballast/facts';
import { dec, isoOf } from '@ballast/kernel';
import { usd } from './amount-text.js';
import { counted } from './text-table.js';

const PACES: Readonly<Record<LiquidationEvents['CloseOutTurnRequested']['paceFrom'], string>> = {
  parameters: 'the approved daily volume',
  volume: 'what is traded at the exchange, which is more than the approved volume',
  depth: 'what the book holds, which is less',
};

/** What a hedge does, as margin judged it. */
export const hedgeText = ({
  underlying,
  ...hedge
}: NonNullable<LiquidationEvents['CloseOutOrderPlaced']['hedge']>): string =>
  `delta of ${underlying} from ${usd(hedge.deltaBefore)} to ${usd(hedge.deltaAfter)}, requirement from ${usd(hedge.requirementBefore)} to ${usd(hedge.requirementAfter)}`;

/** A step of a liquidation, in a sentence. */
export function liquidationText({ type, payload }: LogEntry): string {
  switch (type as keyof (LiquidationEvents & TurnEvents)) {
    case 'LiquidationOpened':
      return `Case ${(payload as LiquidationEvents['LiquidationOpened']).caseId} opened.`;
    case 'OrdersCancelRequested':
      return 'The exchange was asked to cancel the open orders.';
    case 'CloseOutOrderPlaced': {
      const { slice, side, quantity, instrument, mark, hedge } = payload as LiquidationEvents['CloseOutOrderPlaced'];
      const order = `Slice ${slice}: ${side} ${quantity} ${instrument} at the mark ${usd(mark)}`;
      return hedge === undefined ? `${order}.` : `${order}, a hedge: ${hedgeText(hedge)}.`;
    }
    case 'HedgeAsked': {
      const { books } = payload as LiquidationEvents['HedgeAsked'];
      return `It holds options on ${books.map(({ underlying }) => underlying).join(', ')}: margin is asked what hedges would free.`;
    }
    case 'LiquidationCostAssessed': {
      const { closedQuantity, finalRate, penalty } = payload as LiquidationEvents['LiquidationCostAssessed'];
      return `${closedQuantity} closed; penalty ${usd(penalty)}, rate ${finalRate}.`;
    }
    case 'CloseOutFillFlagged': {
      const { reason, quantity, fillPrice, counterparty } = payload as LiquidationEvents['CloseOutFillFlagged'];
      const why = reason === 'own-counterparty' ? `against the owner's own ${counterparty}` : 'beyond the limit';
      return `A fill of ${quantity} at ${usd(fillPrice)} was ${why}: ask the exchange.`;
    }
    case 'CollateralTakeOverRequested':
      return 'What the account has in other assets is to pay what it owes.';
    case 'SetOffRequested': {
      const { amount, accounts } = payload as LiquidationEvents['SetOffRequested'];
      return `Accounts that answer for this one were asked for ${usd(amount)}: ${accounts.join(', ')}.`;
    }
    case 'RepaymentRequested': {
      const { amount } = payload as LiquidationEvents['RepaymentRequested'];
      return `Back at its target: ${usd(amount)} pay back what the waterfall had paid for it.`;
    }
    case 'FundDrawRequested': {
      const { purpose, amount } = payload as LiquidationEvents['FundDrawRequested'];
      return `The insurance fund was asked for ${usd(amount)} (${purpose}).`;
    }
    case 'ProvidersAsked': {
      const { quantity, instrument, limit, auction } = payload as LiquidationEvents['ProvidersAsked'];
      if (auction !== undefined) {
        return `Bids of auction ${auction} were called: up to ${quantity} ${instrument} handed over, at ${usd(limit)} at worst.`;
      }
      return `The book was too thin: ${quantity} ${instrument} offered to liquidity providers, at ${usd(limit)} at worst.`;
    }
    case 'AuctionAsked': {
      const { quantity, instrument, limit, attempt, rest } = payload as LiquidationEvents['AuctionAsked'];
      const again =
        attempt === undefined || rest === undefined
          ? ''
          : ` Auction ${attempt} of it in a row; if nobody takes anything it is not offered for ${rest} ${rest === 1 ? 'schedule' : 'schedules'}.`;
      return `Neither the book nor liquidity providers took it: up to ${quantity} ${instrument} to be auctioned, at ${usd(limit)} at worst.${again}`;
    }
    case 'AdlRequested': {
      const { quantity, instrument, bankruptcyPrice } = payload as LiquidationEvents['AdlRequested'];
      return `${quantity} ${instrument} given to auto-deleveraging at ${usd(bankruptcyPrice)}.`;
    }
    case 'CloseOutTurnRequested': {
      const { notional, instrument, perMinute, paceFrom } = payload as LiquidationEvents['CloseOutTurnRequested'];
      return `Ready to close ${usd(notional)} of ${instrument}: it asked for its turn. All cases may close ${usd(perMinute)} a minute by ${PACES[paceFrom]}.`;
    }
    case 'CloseOutTurnGranted': {
      const { notional, instrument, until } = payload as TurnEvents['CloseOutTurnGranted'];
      return `It is its turn: it may close ${usd(notional)} of ${instrument} until ${isoOf(until)}.`;
    }
    case 'CloseOutTurnDeferred': {
      const { instrument, reason, ahead, nextAt } = payload as TurnEvents['CloseOutTurnDeferred'];
      return `It has to wait with ${instrument}, ${ahead} before it (${reason}); its turn is expected at ${isoOf(nextAt)}.`;
    }
    case 'LiquidationPaused': {
      const { reason, nextSchedule } = payload as LiquidationEvents['LiquidationPaused'];
      return `Nothing can be done (${reason}); judged again on schedule ${nextSchedule}.`;
    }
    case 'LiquidationClosed': {
      const { outcome, slices, uncoveredLoss } = payload as LiquidationEvents['LiquidationClosed'];
      return `Case closed: ${outcome} after ${counted(slices, 'slice')}${dec(uncoveredLoss).isZero() ? '' : `, loss of ${usd(uncoveredLoss)} left`}.`;
    }
    default:
      return type;
  }
}
