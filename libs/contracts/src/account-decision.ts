import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountMarginState, AccountsEvents, MarginEvents, MarginFigures } from '@ballast/facts';
import { dec, isoOf, text, type AccountId, type Asset, type DecimalString, type Instant } from '@ballast/kernel';

/** Logs whose facts about accounts are listed. */
export type DecisionLog = 'margin' | 'accounts';
export const DECISION_LOGS: readonly DecisionLog[] = ['margin', 'accounts'];

/** One fact about an account, with its place in the log and a sentence for people. */
export interface AccountDecision {
  readonly log: DecisionLog;
  readonly partition: number;
  readonly position: number;
  readonly accountId: AccountId;
  readonly at: Instant;
  readonly type: string;
  /** Call or withdrawal it is about; null when it is about the account as a whole. */
  readonly subject: string | null;
  readonly summary: string;
  /** State of the account after it, when it is about that. */
  readonly state: AccountMarginState | null;
  readonly figures: MarginFigures | null;
  /** What it says of a deposit, a withdrawal or a transfer; null when it is about none. */
  readonly movement: Movement | null;
}

/** Money on its way into an account or out of it, as far as a fact says it. */
export interface Movement {
  readonly asset: Asset | null;
  readonly amount: DecimalString | null;
  /** Account that a transfer goes to. */
  readonly to: AccountId | null;
  /** Why it was given back or refused. */
  readonly code: string | null;
}

type Told = Pick<AccountDecision, 'subject' | 'summary' | 'state' | 'figures'> & { readonly movement?: Movement };

type Facts = MarginEvents &
  Pick<
    AccountsEvents,
    | 'CollateralCredited'
    | 'WithdrawalHeld'
    | 'WithdrawalResubmitted'
    | 'WithdrawalSettled'
    | 'WithdrawalReleased'
    | 'WithdrawalRejected'
    | 'TransferReceived'
    | 'AccountStandingChanged'
    | 'MarginModelChosen'
    | 'SetOffAgreementChanged'
  >;

const against = ({ equity, call, liquidation }: MarginFigures): string =>
  `equity ${usd(equity)}, call requirement ${usd(call)}, liquidation requirement ${usd(liquidation)}`;

/** Figures have whole cents; people read both of them. */
const usd = (amount: DecimalString): string => `${dec(amount).toFixed(2)} USD`;

const money = (amount: DecimalString, asset: string): string => (asset === 'USD' ? usd(amount) : `${amount} ${asset}`);

const missing = ({ equity, call }: MarginFigures): string => usd(text(dec(call).minus(equity)));

/** How each type of fact is told; a type that is not here is not about one account's margin. */
const TELLERS: { readonly [Type in keyof Facts]?: (payload: Facts[Type]) => Told } = {
  AccountStateChanged: ({ from, to, reason, assessment: { figures } }) => ({
    subject: null,
    summary: `${from} to ${to} (${reason}): ${against(figures)}.`,
    state: to,
    figures,
  }),
  MarginCallIssued: ({ callId, figures, deficit, dueAt }) => ({
    subject: callId,
    summary: `Margin call of ${usd(deficit)}, due ${isoOf(dueAt)}: equity ${usd(figures.equity)} is below the call requirement ${usd(figures.call)}.`,
    state: null,
    figures,
  }),
  MarginCallMet: ({ callId, figures }) => ({
    subject: callId,
    summary: `Margin call met: equity ${usd(figures.equity)} covers the call requirement ${usd(figures.call)}.`,
    state: null,
    figures,
  }),
  MarginCallExpired: ({ callId, figures }) => ({
    subject: callId,
    summary: `Margin call not met in time: ${missing(figures)} were still missing.`,
    state: null,
    figures,
  }),
  LiquidationTriggered: ({ assessment: { figures } }) => ({
    subject: null,
    summary: `Liquidation: equity ${usd(figures.equity)} is below the liquidation requirement ${usd(figures.liquidation)}.`,
    state: 'LIQUIDATING',
    figures,
  }),
  ModelFailed: ({ model, code, detail, figures }) => ({
    subject: null,
    summary: `${model} could not assess the account (${code}: ${detail}), the flat maximum rate decides: ${against(figures)}.`,
    state: null,
    figures,
  }),
  ModelRestored: ({ model }) => ({
    subject: null,
    summary: `${model} decides the account again.`,
    state: null,
    figures: null,
  }),
  LiquidatingAccountAssessed: ({ assessment: { figures } }) => ({
    subject: null,
    summary: `In liquidation: ${against(figures)}.`,
    state: 'LIQUIDATING',
    figures,
  }),
  WithdrawalCleared: ({ withdrawalId, figures }) => ({
    subject: withdrawalId,
    summary: `Withdrawal cleared: equity ${usd(figures.equity)} without it covers the initial requirement ${usd(figures.initial)}.`,
    state: null,
    figures,
  }),
  WithdrawalRefused: ({ withdrawalId, figures, code }) => ({
    subject: withdrawalId,
    summary: `Withdrawal refused (${code}): equity ${usd(figures.equity)}, initial requirement ${usd(figures.initial)}.`,
    state: null,
    figures,
  }),
  AccountStandingChanged: ({ from, to, reason }) => ({
    subject: null,
    summary: `The account is ${to} now, was ${from}: ${reason}`,
    state: null,
    figures: null,
  }),
  MarginModelChosen: ({ model }) => ({
    subject: null,
    summary: `Margin model chosen: ${model}.`,
    state: null,
    figures: null,
  }),
  SetOffAgreementChanged: ({ answers }) => ({
    subject: null,
    summary: answers
      ? "Answers for debts of its owner's other accounts."
      : "No longer answers for debts of its owner's other accounts.",
    state: null,
    figures: null,
  }),
  CollateralCredited: ({ depositId, asset, amount }) => ({
    subject: depositId,
    summary: `Deposit ${depositId}: ${money(amount, asset)} booked.`,
    state: null,
    figures: null,
    movement: { asset, amount, to: null, code: null },
  }),
  WithdrawalHeld: (held) => ofWithdrawal(held, `${money(held.amount, held.asset)} held`),
  WithdrawalResubmitted: (asked) =>
    ofWithdrawal(asked, `asked again (attempt ${asked.attempt}), because the account has changed`),
  WithdrawalSettled: (settled) =>
    ofWithdrawal(settled, `${money(settled.amount, settled.asset)} ${settled.to === undefined ? 'paid out' : 'moved'}`),
  WithdrawalReleased: (released) => ofWithdrawal(released, `given back: ${released.code}`),
  WithdrawalRejected: (rejected) => ofWithdrawal(rejected, `refused: ${rejected.code}`),
  TransferReceived: ({ withdrawalId, from, asset, amount }) => ({
    // The id is the sender's.
    subject: null,
    summary: `Transfer ${withdrawalId} from ${from}: ${money(amount, asset)} arrived.`,
    state: null,
    figures: null,
  }),
};

type Outgoing = Pick<AccountsEvents['WithdrawalHeld'], 'withdrawalId' | 'to'> &
  Partial<
    Pick<AccountsEvents['WithdrawalHeld'], 'asset' | 'amount'> & Pick<AccountsEvents['WithdrawalRejected'], 'code'>
  >;

/** Of a withdrawal, or of a transfer to another account. */
function ofWithdrawal({ withdrawalId, to, asset, amount, code }: Outgoing, what: string): Told {
  const name = to === undefined ? `Withdrawal ${withdrawalId}` : `Transfer ${withdrawalId} to ${to}`;
  const movement = { asset: asset ?? null, amount: amount ?? null, to: to ?? null, code: code ?? null };
  return { subject: withdrawalId, summary: `${name}: ${what}.`, state: null, figures: null, movement };
}

/** The decision that a log entry is; undefined when it is none about an account's margin. */
export function decisionOf(entry: LogEntry): AccountDecision | undefined {
  if (!Object.hasOwn(TELLERS, entry.type)) return undefined;
  const tell = TELLERS[entry.type as keyof Facts] as (payload: unknown) => Told;
  const { accountId } = entry.payload as { readonly accountId: AccountId };
  return {
    log: entry.log as DecisionLog,
    partition: entry.partition,
    position: entry.position,
    accountId,
    at: entry.time.clearing,
    type: entry.type,
    movement: null,
    ...tell(entry.payload),
  };
}
