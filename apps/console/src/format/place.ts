export interface Place {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
}

/** `margin/0#107`, as the logs name it. */
export const placeText = ({ log, partition, position }: Place): string => `${log}/${partition}#${position}`;

/** Reads what `placeText` wrote. */
export function placeOf(text: string): Place | undefined {
  const match = /^([a-z][A-Za-z.]{1,58})\/(-1|\d{1,4})#([1-9]\d{0,14})$/.exec(text.trim());
  if (match === null) return undefined;
  const [, log = '', partition, position] = match;
  return { log, partition: Number(partition), position: Number(position) };
}

const EXPLAINED = ['margin', 'liquidation', 'accounts'];

/** Address of what there is to read about an event: the decision where there is one, else the event. */
export function addressOf(text: string): string | undefined {
  const place = placeOf(text);
  if (place === undefined) return undefined;
  const kind = EXPLAINED.includes(place.log) && place.partition >= 0 ? 'decisions' : 'events';
  return `/${kind}/${place.log}/${place.partition}/${place.position}`;
}

/** Ids of accounts and of their cases, as the interface has them: the spec holds them to its forms. */
export const ACCOUNT = /^[a-zA-Z0-9_-]{1,40}\.[a-zA-Z0-9_-]{1,20}$/;
export const CASE = /^[a-zA-Z0-9_-]{1,40}\.[a-zA-Z0-9_-]{1,20}#[1-9]\d{0,9}$/;

/** Where any id leads: an account, a case, an event. */
export function addressOfId(text: string): string | undefined {
  const id = text.trim();
  const event = addressOf(id);
  if (event !== undefined) return event;
  if (CASE.test(id)) return `/liquidations/${encodeURIComponent(id)}`;
  if (ACCOUNT.test(id)) return `/accounts/${encodeURIComponent(id)}`;
  return undefined;
}
