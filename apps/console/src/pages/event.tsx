import { useQuery } from '@tanstack/react-query';
import { questions } from '../api/client';
import { sentence } from '../format/amount';
import { placeText } from '../format/place';
import { clearing } from '../format/time';
import { Causes } from '../parts/causes';
import { AccountLink } from '../parts/links';
import { Page, Panel, Pending } from '../parts/page';
import { Recompute } from '../parts/recompute';
import { eventRoute } from '../router';
import styles from './decision/decision.module.css';

/** An event of any log: as it stands there, and its causes. */
export default function EventPage() {
  const { log, partition, position } = eventRoute.useParams();
  const place = { log, partition: Number(partition), position: Number(position) };
  const { data, error } = useQuery(questions.event(place.log, place.partition, place.position));
  const name = placeText(place);
  if (data?.place !== name) {
    return (
      <Page title={name}>
        <Pending error={error} what={`the event ${name}`} />
      </Page>
    );
  }
  const { event, summary, accountId } = data;
  return (
    <Page
      title={`${event.type} ${name}`}
      lead={
        <>
          {clearing(event.time.clearing)}, hop {event.time.hop}.{' '}
          {accountId !== null && (
            <>
              About <AccountLink accountId={accountId} />.
            </>
          )}
        </>
      }
    >
      <p className={styles.summary}>{sentence(summary)}</p>
      <Causes view={data} />
      <Panel title="As it stands in the log" sub="the hash is over its canonical text, the chain over all before it">
        {!place.log.startsWith('exchange.') && <Recompute key={name} place={place} />}
        <dl className={styles.hashes}>
          <dt>Hash</dt>
          <dd>
            <code>{event.hash}</code>
          </dd>
          <dt>Chain head behind it</dt>
          <dd>
            <code>{event.chain}</code>
          </dd>
        </dl>
        <pre className={styles.raw} tabIndex={0} aria-label="The event as text">
          {JSON.stringify(event, null, 1)}
        </pre>
      </Panel>
    </Page>
  );
}
