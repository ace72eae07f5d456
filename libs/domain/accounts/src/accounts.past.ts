import type { Outcome, PastForm } from '@ballast/event-sourcing';
import type {
  AccountsCommands,
  AccountsEvents,
  FillEvents,
  PositionFigures,
  TradeSide,
  TransferEvents,
} from '@ballast/facts';
import { canonicalText, dec, text, type AccountId, type Asset, type Decimal } from '@ballast/kernel';
import type { AccountsRejectionCode } from './accounts.rejections.js';
import { contentOf } from './deposit/movement.js';
import { fillKey } from './ledger/instrument-book.js';
import { positionOf, signedQuantity } from './ledger/position.js';
import { fieldsOf } from './reading/input-reading.js';
import { readReference } from './suspense/suspense-reference.js';

// Keys by which accounts remembers ids that are done with. Ids hold no blanks, so that no two look alike.

export const depositKey = (accountId: AccountId, depositId: string): string => `deposit ${accountId} ${depositId}`;
export const withdrawalKey = (accountId: AccountId, withdrawalId: string): string =>
  `withdrawal ${accountId} ${withdrawalId}`;
export const contributionKey = (contributionId: string): string => `contribution ${contributionId}`;

/** Key by which a side of a trade, or a part of one, is known for good. */
export const bookedFillKey = (fill: Parameters<typeof fillKey>[0]): string => `fill ${fillKey(fill)}`;

/** Content by which the second delivery of a fill is told from the reuse of its id: of one that was booked. */
export const bookedFillContent = (signed: Decimal, price: Decimal): string => `${text(signed)} at ${text(price)}`;
/** The same of one that suspense keeps, which knows no price, only the value. */
export const suspendedFillContent = (signed: Decimal, value: Decimal): string => `${text(signed)} for ${text(value)}`;

/** How a withdrawal or a transfer ended. */
export type WithdrawalEnd =
  | { readonly status: 'settled' | 'released'; readonly content: string }
  | { readonly status: 'rejected'; readonly code: AccountsRejectionCode };

/** What is remembered of a withdrawal, read again. */
export const withdrawalEnd = (outcome: string): WithdrawalEnd => JSON.parse(outcome) as WithdrawalEnd;

const ended = (accountId: AccountId, withdrawalId: string, end: WithdrawalEnd) => ({
  key: withdrawalKey(accountId, withdrawalId),
  outcome: canonicalText(end),
});

/** Content by which a second withdrawal or transfer of an id is told from its reuse. */
export const outgoingContent = ({
  asset,
  amount,
  to,
}: {
  readonly asset: Asset;
  readonly amount: Decimal;
  readonly to?: AccountId | undefined;
}): string => `${contentOf(asset, amount)}${to === undefined ? '' : ` to ${to}`}`;

const contentOfText = (asset: string, amount: string): string => contentOf(asset, dec(amount));

/** A fill that left suspense and is booked nowhere: its trade was cancelled, or what its delivery paid was sent back. */
function goneFill(accountId: AccountId, reference: string, figures: PositionFigures): Outcome {
  const { id: tradeId, part: fill = 1 } = readReference(reference);
  const { quantity, cost } = positionOf(figures);
  const side: TradeSide = quantity.isNegative() ? 'sell' : 'buy';
  return {
    key: bookedFillKey({ accountId, instrument: figures.instrument, tradeId, side, fill }),
    outcome: suspendedFillContent(quantity, cost),
  };
}

/** Kinds of inputs that name an id which must not be booked twice. */
const KEYS: {
  readonly [
    Type in
      | keyof Pick<AccountsCommands, 'Deposit' | 'RequestWithdrawal' | 'RequestTransfer'>
      | keyof Pick<TransferEvents, 'DepositReceived' | 'WithdrawalRequested' | 'FundContributionReceived'>
      | keyof FillEvents
  ]: (text: (field: string) => string, part: number) => string;
} = {
  Deposit: (text) => depositKey(text('accountId'), text('depositId')),
  DepositReceived: (text) => depositKey(text('accountId'), text('depositId')),
  RequestWithdrawal: (text) => withdrawalKey(text('accountId'), text('withdrawalId')),
  RequestTransfer: (text) => withdrawalKey(text('accountId'), text('transferId')),
  WithdrawalRequested: (text) => withdrawalKey(text('accountId'), text('withdrawalId')),
  FundContributionReceived: (text) => contributionKey(text('contributionId')),
  TradeFilled: (text, fill) =>
    bookedFillKey({
      ...{ accountId: text('accountId'), instrument: text('instrument'), tradeId: text('tradeId') },
      ...{ side: text('side') as TradeSide, fill },
    }),
};

const LOGS = ['accounts.commands', 'exchange.transfers', 'exchange.fills'];

/**
 * What a partition of accounts remembers of deposits, withdrawals, transfers, contributions and fills that are done with.
 * @see docs/spec/accounts.md CLR-ACC-010, CLR-ACC-030
 */
export const accountsPast: PastForm = {
  keysOf({ log, type, payload }) {
    if (!LOGS.includes(log) || !Object.hasOwn(KEYS, type)) return [];
    const fields = fieldsOf(payload) ?? {};
    // What cannot be read is refused before anybody asks.
    const text = (field: string): string => (typeof fields[field] === 'string' ? fields[field] : '');
    const keys = [KEYS[type as keyof typeof KEYS](text, typeof fields['fill'] === 'number' ? fields['fill'] : 1)];
    // A fill asks, too, whether the deposit has come that its basis names.
    const behind = type === 'TradeFilled' ? fieldsOf(fields['basis'])?.['depositId'] : undefined;
    return typeof behind === 'string' ? [...keys, depositKey(text('accountId'), behind)] : keys;
  },
  settled({ type, payload }) {
    switch (type) {
      case 'CollateralCredited': {
        const { accountId, depositId, asset, amount } = payload as AccountsEvents['CollateralCredited'];
        return { key: depositKey(accountId, depositId), outcome: contentOfText(asset, amount) };
      }
      case 'SuspenseReleased': {
        const { accountId, reference, position, decision, postings } = payload as AccountsEvents['SuspenseReleased'];
        // What waits in suspense is open, and stands in the state; what is booked from there is said by what books it.
        if (decision === undefined || decision.outcome === 'booked') return undefined;
        if (position !== null) return goneFill(accountId, reference, position);
        const back = postings.find(({ ledgerAccount }) => ledgerAccount === 'suspense');
        return (
          back && {
            key: depositKey(accountId, readReference(reference).id),
            outcome: contentOf(back.asset, dec(back.amount).neg()),
          }
        );
      }
      case 'PositionChanged': {
        const {
          accountId,
          tradeId,
          fill = 1,
          side,
          quantity,
          fillPrice,
          position,
        } = payload as AccountsEvents['PositionChanged'];
        return {
          key: bookedFillKey({ accountId, instrument: position.instrument, tradeId, side, fill }),
          outcome: bookedFillContent(signedQuantity(side, dec(quantity)), dec(fillPrice)),
        };
      }
      case 'WithdrawalSettled':
      case 'WithdrawalReleased': {
        const { accountId, withdrawalId, asset, amount, to } = payload as AccountsEvents['WithdrawalSettled'];
        const status = type === 'WithdrawalSettled' ? 'settled' : 'released';
        return ended(accountId, withdrawalId, { status, content: outgoingContent({ asset, amount: dec(amount), to }) });
      }
      case 'WithdrawalRejected': {
        const { accountId, withdrawalId, code } = payload as AccountsEvents['WithdrawalRejected'];
        return ended(accountId, withdrawalId, { status: 'rejected', code: code as AccountsRejectionCode });
      }
      case 'FundContributionForwarded': {
        const { contributionId, amount } = payload as AccountsEvents['FundContributionForwarded'];
        return { key: contributionKey(contributionId), outcome: amount };
      }
      default:
        return undefined;
    }
  },
};
