import { useCallback, useMemo, useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { AccountSeries } from '@ballast/contracts';
import { askText, questions } from '../../api/client';
import { download } from '../../format/csv';
import { dayAndClock, duration, iso, utc } from '../../format/time';
import { placeText } from '../../format/place';
import { isNegative, minus, negated, sentence, usd } from '../../format/amount';
import { DataTable, type Column } from '../../parts/data-table';
import { EventLink } from '../../parts/links';
import { Empty, Page, Panel, Pending, State } from '../../parts/page';
import partStyles from '../../parts/parts.module.css';
import { storyRoute } from '../../router';
import { AtCursor } from './at-cursor';
import { Limits } from './limits';
import { Panes } from './panes';
import { isDecision, kindOf, type StoryEvent } from './kinds';
import styles from './story.module.css';

/** The point that an address means: an event, a run, or a clearing time. */
export function pointOf(series: AccountSeries, at: string | undefined): number {
  const { points, events } = series;
  const last = Math.max(0, points.at.length - 1);
  if (at === undefined) return last;
  const event = events.find((each) => placeText(each) === at);
  if (event !== undefined) return event.point;
  const run = points.position.findIndex(
    (position) => placeText({ log: 'margin', partition: series.partition, position }) === at,
  );
  if (run >= 0) return run;
  const time = Date.parse(at);
  if (Number.isNaN(time)) return last;
  return Math.max(
    0,
    points.at.findLastIndex((each) => each <= time),
  );
}

/** One account from its opening to now: what it held, what it needed, and what was done about it. */
export function StoryPage() {
  const { accountId } = storyRoute.useParams();
  const { at, from, to, squeeze = false } = storyRoute.useSearch();
  const navigate = useNavigate();
  const { data, error } = useQuery(questions.series(accountId, { from, to }));
  const [hovered, setHovered] = useState<number | null>(null);
  const chosen = useMemo(() => (data === undefined ? 0 : pointOf(data, at)), [data, at]);
  const search = useCallback(
    (change: object): void => {
      void navigate({
        to: '.',
        replace: true,
        resetScroll: false,
        search: ((before: Record<string, unknown>) =>
          Object.fromEntries(
            Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined),
          )) as never,
      });
    },
    [navigate],
  );
  const choose = useCallback(
    (point: number): void => {
      if (data === undefined) return;
      setHovered(null);
      const position = data.points.position[point];
      const isLast = point === data.points.at.length - 1;
      search({
        at:
          position === undefined || isLast
            ? undefined
            : placeText({ log: 'margin', partition: data.partition, position }),
      });
    },
    [data, search],
  );
  if (data === undefined) {
    return (
      <Page title={accountId}>
        <Pending error={error} what={`the history of ${accountId} from the log`} />
      </Page>
    );
  }
  const { points, events, span } = data;
  const size = points.at.length;
  if (size === 0 || span === null) {
    return (
      <Page title={accountId}>
        <Empty>
          {span === null
            ? 'This account was not assessed yet: there was no price since it was opened.'
            : 'No assessment lies in this range; look at the whole time.'}
        </Empty>
      </Page>
    );
  }
  const cursor = Math.min(hovered ?? chosen, size - 1);
  const decisions = events.filter(isDecision);
  const before = decisions.findLast(({ point }) => point < chosen);
  const after = decisions.find(({ point }) => point > chosen);
  const decided = events.filter(isDecision).findLast(({ point }) => point <= cursor);
  const state = points.state[cursor] ?? null;
  const when = points.at[cursor] ?? 0;
  return (
    <Page
      title={accountId}
      beside={
        <>
          <State state={state} />
          {at === undefined && <Standing accountId={accountId} />}
        </>
      }
      lead={
        <>
          {utc(span.from)} to {utc(span.to)} UTC, {data.assessed.toLocaleString('en')} assessments
          {size < data.assessed &&
            `, ${size.toLocaleString('en')} drawn with every least, greatest and change of state`}
          . Computed up to margin/{data.partition}#{data.asOf.positions[`margin/${data.partition}`]}.
        </>
      }
    >
      <div className={styles.bar}>
        <div className={styles.buttons}>
          <button
            type="button"
            className={partStyles.button}
            disabled={before === undefined}
            onClick={() => before && choose(before.point)}
          >
            ← Decision
          </button>
          <button
            type="button"
            className={partStyles.button}
            disabled={chosen === 0}
            onClick={() => choose(chosen - 1)}
          >
            ‹ Run
          </button>
          <button
            type="button"
            className={partStyles.button}
            disabled={chosen >= size - 1}
            onClick={() => choose(chosen + 1)}
          >
            Run ›
          </button>
          <button
            type="button"
            className={partStyles.button}
            disabled={after === undefined}
            onClick={() => after && choose(after.point)}
          >
            Decision →
          </button>
          <button
            type="button"
            className={partStyles.button}
            aria-pressed={squeeze}
            onClick={() => search({ squeeze: squeeze ? undefined : true })}
          >
            Squeeze quiet time
          </button>
          {(from !== undefined || to !== undefined) && (
            <button
              type="button"
              className={partStyles.button}
              onClick={() => search({ from: undefined, to: undefined })}
            >
              Whole time
            </button>
          )}
        </div>
        <p className={styles.position} aria-live="polite">
          <time dateTime={iso(when)}>{utc(when)} UTC</time>, run margin/{data.partition}#{points.position[cursor]}
        </p>
      </div>
      <div className={styles.layout}>
        <div className={styles.charts}>
          <Panes
            series={data}
            cursor={cursor}
            chosen={chosen}
            isSqueezed={squeeze}
            isPast={at !== undefined}
            onHover={setHovered}
            onChoose={choose}
            onRange={(start, end) => search({ from: start, to: end })}
          />
        </div>
        <aside className={styles.side} aria-label="As of the cursor">
          <AtCursor series={data} point={cursor} />
          <Panel title="Why, and what if">
            <ul className={styles.links}>
              <li>
                {decided === undefined ? (
                  'No decision changed anything up to here.'
                ) : (
                  <>
                    <EventLink place={placeText(decided)}>Why? {decided.type}</EventLink> at {dayAndClock(decided.at)}
                  </>
                )}
              </li>
              {decided !== undefined && (
                <li>
                  <Link
                    to="/decisions/$log/$partition/$position"
                    params={{
                      log: decided.log,
                      partition: String(decided.partition),
                      position: String(decided.position),
                    }}
                    hash="avoided"
                  >
                    What would have avoided it
                  </Link>
                </li>
              )}
              <li>
                <Link to="/what-if" search={{ account: accountId, ...(at === undefined ? {} : { at }) }}>
                  What if it held something else
                </Link>
              </li>
              <li>
                <Statement accountId={accountId} date={iso(when).slice(0, 10)} />
              </li>
            </ul>
          </Panel>
        </aside>
      </div>
      {at === undefined && <Limits accountId={accountId} />}
      <Events events={events} cursor={cursor} onChoose={choose} />
      <Hints series={data} />
    </Page>
  );
}

/** What a person lets the account do now, where that is not everything, and what is claimed of it. */
function Standing({ accountId }: { readonly accountId: string }) {
  const { standing = 'open', claim = '0' } = useQuery(questions.account(accountId)).data ?? {};
  return (
    <>
      {standing !== 'open' && (
        <span className={partStyles.badge} data-standing={standing}>
          {standing === 'frozen' ? '❄ frozen' : '✕ closed'}
        </span>
      )}
      {claim !== '0' && (
        <span
          className={partStyles.badge}
          title="Paid for its deficits by the waterfall: nothing leaves the account before"
        >
          claim {usd(claim)}
        </span>
      )}
    </>
  );
}

/** The money of the day of the cursor, as the server writes it. */
function Statement({ accountId, date }: { readonly accountId: string; readonly date: string }) {
  const { mutate, error } = useMutation({
    mutationFn: () => askText(`/accounts/${encodeURIComponent(accountId)}/statements?date=${date}&format=csv`),
    onSuccess: (text) => download(`${accountId}-${date}.csv`, text),
  });
  return (
    <>
      <button type="button" className={styles.time} onClick={() => mutate()}>
        Statement of {date} as CSV
      </button>
      {error !== null && <span className={partStyles.problem}> {error.message}</span>}
    </>
  );
}

function Events({
  events,
  cursor,
  onChoose,
}: {
  readonly events: readonly StoryEvent[];
  readonly cursor: number;
  readonly onChoose: (point: number) => void;
}) {
  const [isAll, setAll] = useState(false);
  const shown = isAll
    ? events
    : events.filter((event) => isDecision(event) || event.log === 'liquidation' || event.type !== 'PositionChanged');
  const columns: readonly Column<StoryEvent>[] = [
    {
      name: 'Clearing time',
      unit: 'UTC',
      text: ({ at }) => utc(at),
      show: ({ at, point }) => (
        <button type="button" className={styles.time} onClick={() => onChoose(point)}>
          {utc(at)}
        </button>
      ),
    },
    { name: 'Kind', text: (event) => kindOf(event).name },
    { name: 'What', isSentence: true, text: ({ summary }) => summary, show: ({ summary }) => sentence(summary) },
    { name: 'Event', text: placeText, show: (event) => <EventLink place={placeText(event)} /> },
  ];
  return (
    <Panel
      title="What happened"
      sub={`${shown.length} of ${events.length} events, oldest first`}
      tools={
        <button type="button" className={partStyles.button} aria-pressed={isAll} onClick={() => setAll(!isAll)}>
          With fills
        </button>
      }
    >
      <DataTable
        caption="Events of the account"
        rows={shown}
        columns={columns}
        empty="Nothing happened to this account in this range."
        isCurrent={({ point }) => point === cursor}
      />
    </Panel>
  );
}

/** How near it came, in words. */
function Hints({ series: { points } }: { readonly series: AccountSeries }) {
  const nearest = points.equity.reduce(
    (best, equity, each) =>
      points.call[each] === '0' || Number(equity) - Number(points.call[each]) >= best.cushion
        ? best
        : { cushion: Number(equity) - Number(points.call[each]), each },
    { cushion: Infinity, each: -1 },
  ).each;
  if (nearest < 0) return <Empty>This account never had a requirement in this range.</Empty>;
  const cushion = minus(points.equity[nearest] ?? '0', points.call[nearest] ?? '0');
  const [first, last] = [points.at[0] ?? 0, points.at.at(-1) ?? 0];
  return (
    <p className={partStyles.lead}>
      Over {duration(last - first)} equity was nearest to the call level at {utc(points.at[nearest] ?? 0)} UTC, with{' '}
      {isNegative(cushion) ? `${usd(negated(cushion))} missing` : `${usd(cushion)} to spare`}.
    </p>
  );
}
