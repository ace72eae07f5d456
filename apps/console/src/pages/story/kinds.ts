import type { AccountSeries } from '@ballast/contracts';

export type StoryEvent = AccountSeries['events'][number];

export interface Kind {
  /** A letter, since colour alone says nothing. */
  readonly sign: string;
  readonly name: string;
  readonly colour: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  AccountOpened: { sign: 'O', name: 'opened', colour: 'quiet' },
  CollateralCredited: { sign: 'D', name: 'deposit', colour: 'good' },
  WithdrawalHeld: { sign: 'W', name: 'withdrawal', colour: 'watch' },
  WithdrawalSettled: { sign: 'W', name: 'withdrawal', colour: 'watch' },
  PositionChanged: { sign: 'F', name: 'fill', colour: 'accent' },
  FundingSettled: { sign: '$', name: 'funding', colour: 'quiet' },
  InterestCharged: { sign: '$', name: 'interest', colour: 'quiet' },
  MarginCallIssued: { sign: 'C', name: 'margin call', colour: 'call' },
  MarginCallMet: { sign: 'M', name: 'call met', colour: 'good' },
  MarginCallExpired: { sign: 'X', name: 'call expired', colour: 'bad' },
  AccountStateChanged: { sign: 'S', name: 'state', colour: 'watch' },
  LiquidationTriggered: { sign: 'L', name: 'liquidation', colour: 'bad' },
  LiquidationOpened: { sign: 'L', name: 'case opened', colour: 'bad' },
  OrdersCancelRequested: { sign: '·', name: 'orders cancelled', colour: 'quiet' },
  CloseOutTurnRequested: { sign: '·', name: 'turn asked for', colour: 'quiet' },
  CloseOutTurnGranted: { sign: '·', name: 'turn granted', colour: 'quiet' },
  CloseOutTurnDeferred: { sign: '·', name: 'turn deferred', colour: 'quiet' },
  LiquidationCostAssessed: { sign: '·', name: 'cost of a slice', colour: 'quiet' },
  LiquidationCostSettled: { sign: '·', name: 'penalty trued up', colour: 'quiet' },
  PenaltyRemainderSent: { sign: '·', name: 'penalty to the fund', colour: 'quiet' },
  CloseOutOrderPlaced: { sign: 'K', name: 'slice', colour: 'bad' },
  LiquidationClosed: { sign: 'E', name: 'case closed', colour: 'good' },
  ProvidersAsked: { sign: '·', name: 'providers asked', colour: 'quiet' },
  AuctionAsked: { sign: '·', name: 'auction asked for', colour: 'quiet' },
  ProviderTradeBooked: { sign: 'P', name: 'take-over by a provider', colour: 'bad' },
  AdlBooked: { sign: 'A', name: 'deleveraging', colour: 'bad' },
};

/** `TradingBlocked` as words, for what has no name of its own. */
const wordsOf = (type: string): string => type.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();

export const kindOf = ({ type, fill, summary }: StoryEvent): Kind =>
  fill !== null && summary.startsWith('Close-out')
    ? { sign: 'K', name: 'close-out fill', colour: 'bad' }
    : (KINDS[type] ?? { sign: '·', name: wordsOf(type), colour: 'quiet' });

/** Of a group the one that matters most is on the mark. */
const RANKS = 'LXCEKAMSWDF$O';

export function leading(events: readonly StoryEvent[]): StoryEvent {
  const rank = (event: StoryEvent): number => {
    const found = RANKS.indexOf(kindOf(event).sign);
    return found < 0 ? RANKS.length : found;
  };
  return events.reduce((best, each) => (rank(each) < rank(best) ? each : best));
}

/** Decisions of margin: what stepping from decision to decision stops at. */
export const isDecision = ({ log }: StoryEvent): boolean => log === 'margin';
