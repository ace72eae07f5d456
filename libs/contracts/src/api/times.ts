import { z } from 'zod';
import { InvariantViolation, instantOf, ISO_TIME, RFC_3339_TIME, rfc3339Of } from '@ballast/kernel';
import { zodText } from '../schema-to-zod.js';

// Programs count whole milliseconds; the interface writes times so that people and libraries read them.

const inMilliseconds = (form: z.ZodString) =>
  z.codec(form, z.int().nonnegative(), {
    decode: (text, context) => {
      const refused = (message: string): never => {
        context.issues.push({ code: 'custom', input: text, message });
        return z.NEVER;
      };
      try {
        const read = instantOf(text);
        return read < 0 ? refused('write a time from 1970-01-01T00:00:00Z on') : read;
      } catch (error) {
        if (!(error instanceof InvariantViolation)) throw error;
        return refused('write a day and a time that there are');
      }
    },
    encode: rfc3339Of,
  });

/** A moment in an answer. */
export const instant = inMilliseconds(
  zodText(RFC_3339_TIME).meta({ title: RFC_3339_TIME.title, format: 'date-time' }),
).meta({
  description: 'Clearing time, RFC 3339 UTC to the millisecond.',
});

/** A moment in a request: seconds and their parts may be left out. */
export const askedInstant = inMilliseconds(zodText(ISO_TIME)).meta({
  description: 'Clearing time, RFC 3339 UTC, to the millisecond at most.',
});
