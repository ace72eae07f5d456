import { Link } from '@tanstack/react-router';
import { Page } from '../parts/page';

export function Missing() {
  return (
    <Page title="There is nothing here">
      <p>
        This address is no place in the console. <Link to="/">The board</Link> shows the house at a glance; press{' '}
        <kbd>/</kbd> to go to an account, a case or an event by its id.
      </p>
    </Page>
  );
}
