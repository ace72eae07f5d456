import { z } from 'zod';
import { MINOR_UNIT_DIGITS, type Asset } from '@ballast/kernel';

const DIGITS_OF_BOUND = 12;
const EXAMPLES: Readonly<Record<Asset, string>> = { USD: '2500.00', BTC: '0.25000000', ETH: '4.5' };

/** More than 0, at most 1e12, no finer than the minor unit of the asset. Plain notation. */
const amountOf = (asset: Asset) => {
  const digits = MINOR_UNIT_DIGITS[asset];
  return z
    .string()
    .max(32)
    .regex(
      new RegExp(
        `^(?!0(\\.0+)?$)((0|[1-9]\\d{0,11})(\\.\\d{1,${digits}})?|10{${DIGITS_OF_BOUND}}(\\.0{1,${digits}})?)$`,
      ),
      {
        error: `write an amount > 0 and <= 1000000000000 with at most ${digits} digits after the point, such as "${EXAMPLES[asset]}"`,
      },
    )
    .meta({
      description: `Amount of ${asset}, > 0, at most ${digits} digits after the point.`,
      example: EXAMPLES[asset],
    });
};

/** Fields of a request that moves an amount of one asset; digits depend on the asset. */
const moving = <Asked extends Asset, Shape extends z.core.$ZodLooseShape>(asset: Asked, shape: Shape) =>
  z.strictObject({ ...shape, asset: z.literal(asset), amount: amountOf(asset) });

export const movementOf = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.discriminatedUnion('asset', [moving('USD', shape), moving('BTC', shape), moving('ETH', shape)]);

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
