import type { TextForm } from './text-form.js';

/** ISO 8601 UTC; seconds and milliseconds may be left out. Whether there is such a day, `instantOf` says. */
export const ISO_TIME: TextForm = {
  title: 'ISO 8601 UTC',
  pattern: /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?Z$/,
  longest: 24,
  bounded: true,
  remedy: 'write a time in UTC to the millisecond at most, such as "2020-03-12T10:45:00Z"',
  example: '2020-03-12T10:45:00Z',
};

/** A time as the interface answers with it: all of one length, so that their order as texts is their order. */
export const RFC_3339_TIME: TextForm = {
  title: 'RFC 3339 UTC',
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  longest: 24,
  bounded: true,
  remedy: 'write a time in UTC to the millisecond, such as "2020-03-12T10:45:00.000Z"',
  example: '2020-03-12T10:45:00.000Z',
};
