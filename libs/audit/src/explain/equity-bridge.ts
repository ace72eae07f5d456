import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountsEvents, AssessmentDetail, CollateralPrice, Posting } from '@ballast/facts';
import { ASSETS, ONE, ZERO, dec, text, type Asset, type Decimal } from '@ballast/kernel';

export interface BridgeLine {
  readonly label: string;
  /** USD by which equity changed. */
  readonly amount: string;
  readonly detail: string;
}

export interface EquityBridge {
  readonly before: string;
  readonly lines: readonly BridgeLine[];
  readonly after: string;
}

/** Sums of what an account was credited between two assessments, USD unless an asset says otherwise. */
interface Bookings {
  readonly deposits: Map<Asset, Decimal>;
  readonly withdrawals: Map<Asset, Decimal>;
  realised: Decimal;
  fees: Decimal;
  closedOut: Decimal;
  penalties: Decimal;
  deleveraged: Decimal;
  funding: Decimal;
  fund: Decimal;
  waived: Decimal;
  trades: number;
}

/** What a booking did to the client's money, held money included. */
const toClient = (postings: readonly Posting[], accountId: string): Decimal =>
  postings.reduce(
    (total, { ledgerAccount, asset, amount }) =>
      asset === 'USD' && (ledgerAccount === `client/${accountId}` || ledgerAccount === `held/${accountId}`)
        ? total.plus(amount)
        : total,
    ZERO,
  );

function add(to: Map<Asset, Decimal>, asset: Asset, amount: Decimal): void {
  to.set(asset, (to.get(asset) ?? ZERO).plus(amount));
}

function sumOf(entries: readonly LogEntry[], accountId: string): Bookings {
  const sums: Bookings = {
    deposits: new Map(),
    withdrawals: new Map(),
    realised: ZERO,
    fees: ZERO,
    closedOut: ZERO,
    penalties: ZERO,
    deleveraged: ZERO,
    funding: ZERO,
    fund: ZERO,
    waived: ZERO,
    trades: 0,
  };
  for (const { type, payload } of entries) {
    const { postings = [] } = payload as { readonly postings?: readonly Posting[] };
    const credit = toClient(postings, accountId);
    switch (type as keyof AccountsEvents) {
      case 'CollateralCredited': {
        const { asset, amount } = payload as AccountsEvents['CollateralCredited'];
        add(sums.deposits, asset, dec(amount));
        break;
      }
      case 'WithdrawalSettled': {
        const { asset, amount } = payload as AccountsEvents['WithdrawalSettled'];
        add(sums.withdrawals, asset, dec(amount));
        break;
      }
      case 'PositionChanged': {
        // The posting is the realised result less the fee, both as they were rounded.
        const { reason, fee } = payload as AccountsEvents['PositionChanged'];
        if (reason === 'trade') {
          sums.realised = sums.realised.plus(credit).plus(fee);
          sums.fees = sums.fees.minus(fee);
          sums.trades += 1;
        } else {
          sums.closedOut = sums.closedOut.plus(credit).plus(fee);
          sums.penalties = sums.penalties.minus(fee);
        }
        break;
      }
      case 'LiquidationCostSettled':
        sums.penalties = sums.penalties.plus(credit);
        break;
      case 'AdlBooked':
        sums.deleveraged = sums.deleveraged.plus(credit);
        break;
      case 'FundingSettled':
        sums.funding = sums.funding.plus(credit);
        break;
      case 'FundGrantReceived':
        sums.fund = sums.fund.plus(credit);
        break;
      case 'UncoveredLossBooked':
        sums.waived = sums.waived.plus(credit);
        break;
      default:
    }
  }
  return sums;
}

/** USD per unit that collateral counts for. */
const unitOf = ({ price, haircut }: Pick<CollateralPrice, 'price' | 'haircut'>): Decimal =>
  dec(price).times(ONE.minus(haircut));

/**
 * What led from the equity of one assessment to that of a later one. All lines add up to the difference:
 *   equity = sum of amount * unit value - cleared holds + sum of unrealised profit
 * so with prices 0 -> 1:  change = deposits and withdrawals at the new value + cash bookings
 *   + sum of amount0 * (unit1 - unit0) + change of unrealised profit + rounding.
 * @param before null for an account without any assessment: equity 0
 * @param entries bookings after `before` up to `after`, in order
 * @param prices collateral prices of the schedule of `after`
 */
export function equityBridge(
  before: AssessmentDetail | null,
  after: AssessmentDetail,
  entries: readonly LogEntry[],
  prices: readonly CollateralPrice[],
): EquityBridge {
  const sums = sumOf(entries, after.accountId);
  // A portfolio model has haircuts of its own, which the assessment tells.
  const units = new Map([...prices, ...after.collateral].map((price) => [price.asset, unitOf(price)]));
  const lines: BridgeLine[] = [];
  let explained = ZERO;
  const line = (label: string, amount: Decimal, detail: string): void => {
    if (amount.isZero()) return;
    explained = explained.plus(amount);
    lines.push({ label, amount: text(amount), detail });
  };
  for (const asset of ASSETS) {
    const unit = units.get(asset) ?? ZERO;
    const deposited = sums.deposits.get(asset) ?? ZERO;
    line(`deposits ${asset}`, deposited.times(unit), valued(deposited, asset, unit));
  }
  const clearedBefore = dec(before?.clearedHolds ?? '0');
  let withdrawn = dec(after.clearedHolds).minus(clearedBefore);
  for (const asset of ASSETS) {
    withdrawn = withdrawn.plus((sums.withdrawals.get(asset) ?? ZERO).times(units.get(asset) ?? ZERO));
  }
  line('withdrawals', withdrawn.neg(), 'paid out, or cleared and on their way out');
  for (const { asset, amount, price, haircut } of before?.collateral ?? []) {
    const unitBefore = unitOf({ price, haircut });
    const unit = units.get(asset) ?? unitBefore;
    line(
      `value of ${asset} collateral`,
      dec(amount).times(unit.minus(unitBefore)),
      `${amount} x (${text(unit)} - ${text(unitBefore)})`,
    );
  }
  for (const instrument of instrumentsOf(before, after)) {
    const then = before?.positions.find((position) => position.instrument === instrument);
    const now = after.positions.find((position) => position.instrument === instrument);
    line(
      `unrealised profit ${instrument}`,
      dec(now?.unrealisedPnl ?? '0').minus(then?.unrealisedPnl ?? '0'),
      `${held(then)} -> ${held(now)}`,
    );
  }
  line('realised by trades', sums.realised, `${sums.trades} trades`);
  line('trading fees', sums.fees, `${sums.trades} trades`);
  line('funding', sums.funding, 'perpetual funding, credited less paid');
  line('realised by close-outs', sums.closedOut, 'closed at the mark of each slice');
  line('liquidation penalty', sums.penalties, 'charged at the fills, trued up after each slice');
  line('realised by auto-deleveraging', sums.deleveraged, 'closed at the bankruptcy price of the other side');
  line('insurance fund', sums.fund, 'paid in to cover a deficit');
  line('loss that nobody paid', sums.waived, 'moved to uncovered loss');
  const change = dec(after.figures.equity).minus(before?.figures.equity ?? '0');
  line('rounding', change.minus(explained), 'equity is rounded down to the cent');
  return { before: before?.figures.equity ?? '0', lines, after: after.figures.equity };
}

function valued(amount: Decimal, asset: Asset, unit: Decimal): string {
  return asset === 'USD' ? `${text(amount)} USD` : `${text(amount)} ${asset} x ${text(unit)}`;
}

const held = (position: AssessmentDetail['positions'][number] | undefined): string =>
  position === undefined ? 'flat' : `${position.quantity} at ${position.mark}`;

function instrumentsOf(before: AssessmentDetail | null, after: AssessmentDetail): readonly string[] {
  return [...new Set([...(before?.positions ?? []), ...after.positions].map(({ instrument }) => instrument))].sort();
}
