import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { questions, type BookImportsView, type CorrectionsView, type DelistingsView } from '../api/client';
import { exact } from '../format/amount';
import { personsText } from '../format/persons';
import { utc } from '../format/time';
import { ActForm, Approvals, Done, TextField } from '../parts/acting';
import { DataTable, type Column } from '../parts/data-table';
import { NowOnly } from '../parts/now-only';
import { Page, Panel, Pending } from '../parts/page';
import { DESK } from './desk/acts';
import { Breaks } from './desk/breaks';
import { FeeTiers, Overrides } from './desk/fees';
import { Standings } from './desk/standings';
import { Suspense } from './desk/suspense';

/** What persons decide one by one, beside rules: what is proposed, by whom, what waits for a second person, what came of it. */
export default function DeskPage() {
  return (
    <Page
      title="Desk"
      lead="What persons decide one by one: one proposes, another approves. Rules, limits and fees are documents, under Parameters; halts and the mode of the house are under System."
    >
      <NowOnly what="This page" />
      <Suspense />
      <Standings />
      <Breaks />
      <Delistings />
      <Overrides />
      <Corrections />
      <BookImports />
      <FeeTiers />
    </Page>
  );
}

type Delisting = DelistingsView['items'][number];

const DELISTINGS: readonly Column<Delisting>[] = [
  { name: 'Instrument', isWhole: true, text: ({ instrument }) => instrument },
  { name: 'Ends', unit: 'UTC', text: ({ at }) => (at === null ? 'stays after all' : utc(at)) },
  { name: 'At', text: ({ at, price }) => (at === null ? '' : price === null ? 'the mark' : exact(price)) },
  {
    name: 'Stands',
    text: ({ approvedAt, ended }) =>
      ended ? '■ ended' : approvedAt === null ? '◐ waits for a second person' : `● approved ${utc(approvedAt)} UTC`,
  },
  { name: 'By', text: personsText },
  { name: 'Why', isSentence: true, text: ({ reason }) => reason },
];

/** Perpetuals that two persons end. */
function Delistings() {
  const { data, error } = useQuery(questions.delistings());
  if (data === undefined) return <Pending error={error} what="the delistings" />;
  return (
    <Panel title="Delistings" sub="until then orders may only reduce (CLR-DEL-001 to 003)">
      <DataTable caption="Delistings" rows={data} columns={DELISTINGS} empty="No perpetual is to end." />
      <Approvals
        changed={DESK}
        waiting={data
          .filter(({ approvedAt }) => approvedAt === null)
          .map(({ delistingId, instrument, at }) => ({
            what: `${delistingId}: ${instrument} ${at === null ? 'stays' : 'ends'}`,
            path: `/delistings/${encodeURIComponent(delistingId)}/approvals`,
            done: `${delistingId} is approved.`,
          }))}
      />
    </Panel>
  );
}

type Correction = CorrectionsView['items'][number];

const CORRECTIONS: readonly Column<Correction>[] = [
  { name: 'Trade', isWhole: true, text: ({ tradeId }) => tradeId },
  { name: 'Instrument', isWhole: true, text: ({ instrument }) => instrument },
  {
    name: 'Sides',
    text: ({ sides }) =>
      sides.map(({ accountId, side, quantity }) => `${accountId} ${side} ${exact(quantity)}`).join(', '),
  },
  {
    name: 'Stands',
    text: ({ approver, ended, reported: { partitions, of } }) =>
      approver !== null
        ? '■ taken back'
        : ended !== null
          ? `▲ stands: ${ended}`
          : partitions < of
            ? `◐ ${partitions} of ${of} partitions have said what they booked`
            : '◐ waits for a second person',
  },
  { name: 'By', text: personsText },
  { name: 'Why', isSentence: true, text: ({ reason }) => reason },
];

/** Booked trades that two persons take back. */
function Corrections() {
  const { data, error } = useQuery(questions.corrections());
  if (data === undefined) return <Pending error={error} what="the corrections" />;
  const open = data.filter(({ approver, ended }) => approver === null && ended === null);
  return (
    <Panel title="Trades taken back" sub="both sides or none (CLR-ACC-017)">
      <DataTable caption="Corrections" rows={data} columns={CORRECTIONS} empty="No trade was to be taken back." />
      <Approvals
        changed={DESK}
        waiting={open
          .filter(({ reported: { partitions, of } }) => partitions === of)
          .map(({ correctionId, tradeId }) => ({
            what: `${correctionId}: take ${tradeId} back`,
            path: `/corrections/${encodeURIComponent(correctionId)}/approvals`,
            done: `${correctionId} is approved; every partition takes its sides back.`,
          }))}
      />
      <Withdrawals open={open} />
      <ProposeCorrection />
    </Panel>
  );
}

/** A person gives a correction up: until that, or its approval, no account of the trade is closed. */
function Withdrawals({ open }: { readonly open: readonly Correction[] }) {
  const [done, setDone] = useState<string | null>(null);
  return (
    <>
      {open.map(({ correctionId, tradeId }) => (
        <ActForm
          key={correctionId}
          opens={`Withdraw ${correctionId}: ${tradeId} stands`}
          sends="Withdraw the correction"
          act={(reason) => ({
            path: `/corrections/${encodeURIComponent(correctionId)}/withdrawals`,
            body: { reason },
            done: `${correctionId} is withdrawn; ${tradeId} stands.`,
          })}
          changed={DESK}
          onDone={setDone}
        />
      ))}
      <Done said={done} />
    </>
  );
}

/** A person asks that a booked trade is cancelled, its fees with it. */
function ProposeCorrection() {
  const [tradeId, setTradeId] = useState('');
  const [instrument, setInstrument] = useState('');
  return (
    <ActForm
      opens="Propose to take a trade back"
      sends="Propose the correction"
      changed={DESK}
      act={(reason, unique) => {
        const correctionId = `correction-${unique}`;
        return {
          path: '/corrections',
          body: { correctionId, tradeId: tradeId.trim(), instrument: instrument.trim(), reason },
          done: `${correctionId} is proposed; every partition says what it booked, then another person approves it.`,
        };
      }}
    >
      <TextField label="Trade" value={tradeId} size={22} placeholder="trade-8821" onChange={setTradeId} />
      <TextField label="Instrument" value={instrument} size={16} placeholder="BTC-PERP" onChange={setInstrument} />
    </ActForm>
  );
}

const ENDED: readonly Column<BookImportsView['items'][number]>[] = [
  { name: 'Book', text: ({ importId }) => importId },
  { name: 'How it ended', text: ({ how }) => how },
];

/** Books that an exchange brings. */
function BookImports() {
  const { data, error } = useQuery(questions.bookImports());
  if (data === undefined) return <Pending error={error} what="the books that were brought" />;
  const { open } = data;
  return (
    <Panel title="Books that are brought" sub="signed, checked, all or nothing (CLR-ACC-090, 091)">
      {open !== null && (
        <p>
          ◐ {open.importId} as of {utc(open.asOf)} UTC, brought by {open.by}, signed by {open.signedBy}: {open.accounts}{' '}
          accounts in {open.parts.come} of {open.parts.of} parts, judged by {open.judged.partitions} of {open.judged.of}{' '}
          partitions; digest <code>{open.digest.slice(0, 16)}…</code>. It waits for a second person.
        </p>
      )}
      <Approvals
        changed={['live']}
        waiting={
          open !== null && open.judged.partitions === open.judged.of
            ? [
                {
                  what: `${open.importId}, digest ${open.digest.slice(0, 16)}…`,
                  path: `/book-imports/${encodeURIComponent(open.importId)}/approvals`,
                  body: { digest: open.digest },
                  done: `${open.importId} is approved; its accounts are opened.`,
                },
              ]
            : []
        }
      />
      <DataTable
        caption="Books that were brought"
        rows={data.items}
        columns={ENDED}
        empty="No book was brought before."
      />
    </Panel>
  );
}
