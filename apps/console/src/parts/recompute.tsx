import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { questions } from '../api/client';
import type { Place } from '../format/place';
import styles from './parts.module.css';

/** Has the server decide the partition again up to the event, by the code that decides, and says whether every byte is the same. */
export function Recompute({ place }: { readonly place: Place }) {
  const [isAsked, setAsked] = useState(false);
  const { data, error, isFetching } = useQuery({
    ...questions.recomputation(place.log, place.partition, place.position),
    enabled: isAsked,
    placeholderData: undefined,
  });
  return (
    <p role="status">
      <button type="button" className={styles.button} disabled={isFetching} onClick={() => setAsked(true)}>
        Decide it again
      </button>{' '}
      {isFetching && 'Deciding everything up to here again …'}
      {error !== null && `It could not be decided again: ${error.message}.`}
      {data !== undefined &&
        (data.identical
          ? `● ${data.events.toLocaleString('en')} events and ${data.decisions.toLocaleString('en')} account decisions came out the same, byte for byte.`
          : `▲ ${data.difference}`)}
    </p>
  );
}
