import { createContext, useContext } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { questions } from '../api/client';
import { placeOf } from '../format/place';
import { iso, utc } from '../format/time';
import { Page, Pending } from './page';
import styles from './now-only.module.css';

const HouseTime = createContext<string | undefined>(undefined);

/** The past clearing time that a page about the whole house is shown at, within an `AtHouseTime`; undefined for now. */
export const usePastTime = (): string | undefined => useContext(HouseTime);

/**
 * A page about the whole house at the moment that the address names. An event stands for its clearing time: partitions have no
 * common position, but every one of them ends each clearing time.
 */
export function AtHouseTime({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  const { at } = useSearch({ strict: false });
  const place = at === undefined ? undefined : placeOf(at);
  const { log, partition, position } = place ?? { log: '', partition: 0, position: 0 };
  const event = useQuery({ ...questions.event(log, partition, position), enabled: place !== undefined });
  if (place === undefined) return <HouseTime.Provider value={at}>{children}</HouseTime.Provider>;
  if (event.data === undefined) {
    return (
      <Page title={title}>
        <Pending error={event.error} what={`when ${at} happened`} />
      </Page>
    );
  }
  const { clearing } = event.data.event.time;
  return (
    <HouseTime.Provider value={iso(clearing)}>
      <p role="note" className={styles.note}>
        The whole house at {utc(clearing)} UTC, the clearing time of {at}: with everything else of that moment.
      </p>
      {children}
    </HouseTime.Provider>
  );
}

/** Says of a page that shows the present only that it does, when the reader stands in the past. */
export function NowOnly({ what }: { readonly what: string }) {
  const { at } = useSearch({ strict: false });
  if (at === undefined) return null;
  return (
    <p role="note" className={styles.note}>
      {what} shows the present, not {at}.
    </p>
  );
}
