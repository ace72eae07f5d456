import { useEffect, useRef } from 'react';
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { useLive } from '../api/live';
import { Page } from '../parts/page';
import partStyles from '../parts/parts.module.css';
import { PageNotLoaded } from './program-of-page';

/** In place of a page that cannot be shown; what is around it stays. Tries again by itself when the server is back. */
export function Failed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const { connection } = useLive();
  const again = (): void => {
    reset();
    void router.invalidate();
  };
  const before = useRef(connection);
  useEffect(() => {
    const isBack = connection === 'connected' && before.current !== 'connected';
    before.current = connection;
    if (isBack && error instanceof PageNotLoaded) again();
  });
  return (
    <Page title="This page cannot be shown">
      <p role="alert" className={partStyles.problem}>
        ▲ {error instanceof Error ? error.message : String(error)}.
      </p>
      <p>
        {error instanceof PageNotLoaded
          ? 'It is loaded again as soon as the server answers.'
          : 'Other pages are not touched by it.'}{' '}
        <button type="button" className={partStyles.button} onClick={again}>
          Try again
        </button>
      </p>
    </Page>
  );
}
