import { z } from 'zod';
import { asset } from '../fields.js';

const MOST_DIGITS = 18;

/**
 * More than 0, at most 1e12, plain notation. Which assets there are and how fine their amounts may be, the rules of accounts
 * say: what they don't keep, or a finer amount, is refused with a code.
 */
const amount = z
  .string()
  .max(32)
  .regex(
    new RegExp(`^(?!0(\\.0+)?$)((0|[1-9]\\d{0,11})(\\.\\d{1,${MOST_DIGITS}})?|10{12}(\\.0{1,${MOST_DIGITS}})?)$`),
    {
      error: 'write an amount > 0 and <= 1000000000000 as text in plain notation, such as "2500.00"',
    },
  )
  .meta({ description: 'Amount of the asset, > 0, no finer than its minor unit.', example: '2500.00' });

/** A request that moves an amount of one asset. */
export const movementOf = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject({ ...shape, asset, amount });

/** Quantity of an instrument, base units: more than 0, at most 1e12, at most 8 digits after the point. */
export const quantity = z
  .string()
  .max(32)
  .regex(/^(?!0(\.0+)?$)((0|[1-9]\d{0,11})(\.\d{1,8})?|10{12}(\.0{1,8})?)$/, {
    error: 'write a quantity > 0 and <= 1000000000000 with at most 8 digits after the point, such as "0.5"',
  })
  .meta({ description: 'Base units, > 0.', example: '0.5' });

/** USD per base unit: more than 0, at most 1e12, at most 8 digits after the point. */
export const price = quantity.meta({ description: 'USD per base unit, > 0.', example: '6021.5' });
