import { useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { questions, type WhatIf } from '../api/client';
import { cents, exact, isNegative, minus, usd } from '../format/amount';
import { clearing } from '../format/time';
import { DataTable, type Column } from '../parts/data-table';
import { Empty, Page, Panel, Pending } from '../parts/page';
import partStyles from '../parts/parts.module.css';
import { whatIfRoute, type WhatIfSearch } from '../router';
import styles from './what-if.module.css';
import { SURFACE, Surface } from './what-if/surface';

const DECIMAL = /^-?\d{1,12}(\.\d{1,8})?$/;

/** Asks for the account as it stands. */
const NOTHING = {};

interface Imagined {
  readonly instrument: string;
  readonly quantity: string;
}

/** `BTC-PERP:-2,ETH-PERP:10` of an address. */
export function positionsOf(text: string | undefined): readonly Imagined[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.split(':'))
    .flatMap(([instrument = '', quantity = '']) =>
      instrument !== '' && DECIMAL.test(quantity) ? [{ instrument, quantity }] : [],
    );
}

/** What margin would say if an account held something else; computed by the code that decides. */
export default function WhatIfPage() {
  const { account, positions, model, at } = whatIfRoute.useSearch();
  const navigate = useNavigate();
  const change = (part: WhatIfSearch): void => {
    void navigate({
      to: '/what-if',
      replace: true,
      search: (before) =>
        Object.fromEntries(
          Object.entries({ ...before, ...part }).filter(([, value]) => value !== undefined && value !== ''),
        ),
    });
  };
  const [draft, setDraft] = useState(account ?? '');
  return (
    <Page
      title="What-if"
      lead="What margin would say of an account that held something else, or after a sudden move. Nothing is stored; the code is the one that decides, and the address of the page is a link to the question."
    >
      <form
        className={partStyles.filters}
        onSubmit={(event) => {
          event.preventDefault();
          change({ account: draft.trim() });
        }}
      >
        <label>
          Account{' '}
          <input
            value={draft}
            onChange={({ target }) => setDraft(target.value)}
            placeholder="owner-0101.main"
            size={20}
          />
        </label>
        <label>
          Model{' '}
          <input
            defaultValue={model ?? ''}
            placeholder="the one it is due"
            size={22}
            onBlur={({ target }) => change({ model: target.value.trim() })}
          />
        </label>
        <button type="submit" className={partStyles.button}>
          Ask
        </button>
      </form>
      {account === undefined ? (
        <Empty>Name an account to ask about.</Empty>
      ) : (
        <Asked
          key={`${account} ${at}`}
          account={account}
          at={at}
          imagined={positionsOf(positions)}
          model={model}
          onChange={change}
        />
      )}
    </Page>
  );
}

function Asked({
  account,
  at,
  imagined,
  model,
  onChange,
}: {
  readonly account: string;
  readonly at: string | undefined;
  readonly imagined: readonly Imagined[];
  readonly model: string | undefined;
  readonly onChange: (part: WhatIfSearch) => void;
}) {
  const held = useQuery(questions.whatIf(account, NOTHING, at));
  const body = useMemo(
    () => ({
      ...(imagined.length === 0 ? {} : { positions: imagined.map((each) => ({ ...each, mode: 'replace' })) }),
      ...(model === undefined ? {} : { model }),
      shocks: SURFACE,
    }),
    [imagined, model],
  );
  const { data, error } = useQuery({ ...questions.whatIf(account, body, at), placeholderData: undefined });
  return (
    <>
      <Editor
        held={(held.data?.assessment.positions ?? []).map(({ instrument, quantity }) => ({ instrument, quantity }))}
        imagined={imagined}
        onChange={(next) =>
          onChange({ positions: next.map(({ instrument, quantity }) => `${instrument}:${quantity}`).join(',') })
        }
      />
      {data === undefined ? (
        <Pending error={error} what={`the answer about ${account}`} />
      ) : (
        <>
          <Beside
            answer={data}
            account={account}
            at={at}
            isImagined={at !== undefined || imagined.length > 0 || model !== undefined}
          />
          <Surface answer={data} account={account} />
        </>
      )}
    </>
  );
}

/** Quantities in place of those that are held, contract by contract. */
function Editor({
  held,
  imagined,
  onChange,
}: {
  readonly held: readonly Imagined[];
  readonly imagined: readonly Imagined[];
  readonly onChange: (next: readonly Imagined[]) => void;
}) {
  const [added, setAdded] = useState('');
  const names = [...new Set([...held, ...imagined].map(({ instrument }) => instrument))].sort();
  const set = (instrument: string, quantity: string): void => {
    const others = imagined.filter((each) => each.instrument !== instrument);
    const now = held.find((each) => each.instrument === instrument)?.quantity;
    onChange(DECIMAL.test(quantity) && quantity !== now ? [...others, { instrument, quantity }] : others);
  };
  return (
    <Panel title="Positions" sub="contracts, negative is short; each imagined one is filled at its mark, without a fee">
      <div className={styles.editor}>
        {names.map((instrument) => {
          const now = held.find((each) => each.instrument === instrument)?.quantity ?? '0';
          const then = imagined.find((each) => each.instrument === instrument)?.quantity;
          return (
            <label key={instrument} className={styles.row}>
              <span>
                {instrument} <span className={partStyles.unit}>holds {exact(now)}</span>
              </span>
              <input
                className={partStyles.field}
                defaultValue={then ?? now}
                key={then ?? now}
                inputMode="decimal"
                onBlur={({ target }) => set(instrument, target.value.trim())}
              />
              {then !== undefined && <span>◆ imagined</span>}
            </label>
          );
        })}
        {names.length === 0 && <Empty>It holds no position; add one below.</Empty>}
        <form
          className={partStyles.filters}
          onSubmit={(event) => {
            event.preventDefault();
            if (added.trim() !== '') onChange([...imagined, { instrument: added.trim().toUpperCase(), quantity: '1' }]);
            setAdded('');
          }}
        >
          <label>
            Another contract{' '}
            <input value={added} placeholder="BTC-PERP" size={14} onChange={({ target }) => setAdded(target.value)} />
          </label>
          <button type="submit" className={partStyles.button}>
            Add one
          </button>
          <button
            type="button"
            className={partStyles.button}
            disabled={imagined.length === 0}
            onClick={() => onChange([])}
          >
            As it is held
          </button>
        </form>
      </div>
    </Panel>
  );
}

function Beside({
  answer: { before, after, model, parameters, schedule, asOf },
  account,
  at,
  isImagined,
}: {
  readonly answer: WhatIf;
  readonly account: string;
  readonly at: string | undefined;
  readonly isImagined: boolean;
}) {
  const line = (label: string, of: (figures: WhatIf['before']) => string) => ({
    label,
    now: of(before),
    then: of(after),
  });
  const rows = [
    line('Equity', ({ equity }) => equity),
    line('Call level', ({ call }) => call),
    line('Equity less call level', ({ equity, call }) => minus(equity, call)),
    line('Maintenance', ({ maintenance }) => maintenance),
    line('Liquidation level', ({ liquidation }) => liquidation),
    line('Initial level', ({ initial }) => initial),
    line('Free for new risk', ({ equity, initial }) => minus(equity, initial)),
  ];
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { name: 'Figure', text: ({ label }) => label },
    {
      name: at === undefined ? 'Now' : 'Then',
      unit: 'USD',
      isNumber: true,
      text: ({ now }) => now,
      show: ({ now }) => cents(now),
    },
    { name: 'If', unit: 'USD', isNumber: true, text: ({ then }) => then, show: ({ then }) => cents(then) },
    {
      name: 'Change',
      unit: 'USD',
      isNumber: true,
      text: ({ now, then }) => minus(then, now),
      show: ({ now, then }) => cents(minus(then, now)),
    },
  ];
  const missing = minus(after.call, after.equity);
  return (
    <Panel
      title={at === undefined ? 'Now, and if' : 'Then, and if'}
      sub={
        <>
          <Link to="/accounts/$accountId" params={{ accountId: account }} search={at === undefined ? {} : { at }}>
            {account}
          </Link>
          , {model} on {parameters}, prices of {clearing(asOf)}, schedule margin/-1#{schedule}
        </>
      }
    >
      <DataTable caption="Figures now and then" rows={rows} columns={columns} empty="There is nothing to compare." />
      <p className={styles.verdict}>
        {isNegative(missing) || Number(missing) === 0
          ? `● It ${isImagined ? 'would stand' : 'stands'} ${usd(minus(after.equity, after.call))} above its call level.`
          : `▲ It ${isImagined ? 'would be' : 'is'} ${usd(missing)} below its call level.`}
      </p>
    </Panel>
  );
}
