import { useState } from 'react';
import { tokens } from '../api/client';
import { Page } from '../parts/page';

/** A server that others can reach asks for a token. */
export function TokenForm() {
  const [token, setToken] = useState('');
  return (
    <Page title="This server asks for a token">
      <p>It is the BALLAST_TOKEN that the server was started with. It is kept for as long as this tab is open.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          tokens.set(token);
          location.reload();
        }}
      >
        <label>
          Token <input type="password" value={token} onChange={({ target }) => setToken(target.value)} />
        </label>{' '}
        <button type="submit">Go on</button>
      </form>
    </Page>
  );
}
