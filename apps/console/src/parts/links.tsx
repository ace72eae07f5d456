import { Link } from '@tanstack/react-router';
import { placeOf } from '../format/place';

/** An event by its place: the decision where it is one about an account, else the event. */
export function EventLink({ place, children }: { readonly place: string; readonly children?: React.ReactNode }) {
  const read = placeOf(place);
  if (read === undefined) return <code>{place}</code>;
  const isDecision = read.partition >= 0 && ['margin', 'liquidation', 'accounts'].includes(read.log);
  const params = { log: read.log, partition: String(read.partition), position: String(read.position) };
  return (
    <Link
      to={isDecision ? '/decisions/$log/$partition/$position' : '/events/$log/$partition/$position'}
      params={params}
    >
      {children ?? <code>{place}</code>}
    </Link>
  );
}

export const AccountLink = ({ accountId }: { readonly accountId: string }) => (
  <Link to="/accounts/$accountId" params={{ accountId }}>
    {accountId}
  </Link>
);
