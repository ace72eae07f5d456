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
  CloseOutOrderPlaced: { sign: 'K', name: 'slice', colour: 'bad' },
  LiquidationClosed: { sign: 'E', name: 'case closed', colour: 'good' },
  AdlBooked: { sign: 'A', name: 'deleveraging', colour: 'bad' },
};

export const kindOf = ({ type, fill, summary }: StoryEvent): Kind =>
  fill !== null && summary.startsWith('Close-out')
    ? { sign: 'K', name: 'close-out fill', colour: 'bad' }
    : (KINDS[type] ?? { sign: '·', name: type, colour: 'quiet' });

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
