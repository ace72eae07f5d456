import { ISO_TIME } from './forms/time-forms.js';
import { invariant } from './invariant.js';

/** A moment of clearing time: whole milliseconds since 1970-01-01 UTC. Never read from a wall clock in the domain. */
export type Instant = number;

/** 9999-12-31T23:59:59.999Z: a later one has no notation with four digits for the year. */
export const LAST_INSTANT: Instant = 253_402_300_799_999;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Days since 1970-01-01 of a civil date of the proleptic Gregorian calendar. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/**
 * Parses ISO 8601 UTC such as `2020-03-12T09:00:00Z` (seconds and milliseconds optional).
 * @throws InvariantViolation when the text has another form or names no real moment
 */
export function instantOf(iso: string): Instant {
  const match = ISO_TIME.pattern.exec(iso);
  invariant(match, `not an ISO 8601 UTC time: ${iso}`);
  const [, year, month, day, hour, minute, second = '0', fraction = '0'] = match as unknown as string[];
  const instant =
    daysFromCivil(Number(year), Number(month), Number(day)) * DAY_MS +
    Number(hour) * HOUR_MS +
    Number(minute) * MINUTE_MS +
    Number(second) * SECOND_MS +
    Number(fraction.padEnd(3, '0'));
  const written = isoOf(instant);
  invariant(written.slice(0, 16) === iso.slice(0, 16), `no such time: ${iso}`);
  return instant;
}

/** RFC 3339 UTC, always to the millisecond: as programs read times of each other. */
export function rfc3339Of(instant: Instant): string {
  const written = isoOf(instant);
  return written.length === 20 ? `${written.slice(0, -1)}.000Z` : written;
}

/** ISO 8601 UTC with seconds, and milliseconds only when there are any: as people read times. */
export function isoOf(instant: Instant): string {
  const days = Math.floor(instant / DAY_MS);
  const ms = instant - days * DAY_MS;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1;
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const fraction = ms % SECOND_MS === 0 ? '' : `.${pad(ms % SECOND_MS, 3)}`;
  return (
    `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${pad(Math.floor(ms / HOUR_MS), 2)}:` +
    `${pad(Math.floor(ms / MINUTE_MS) % 60, 2)}:${pad(Math.floor(ms / SECOND_MS) % 60, 2)}${fraction}Z`
  );
}
