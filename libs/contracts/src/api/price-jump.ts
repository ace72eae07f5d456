import { z } from 'zod';
import { decimal } from '../fields.js';
import { instant } from './times.js';

/** Where all sources of an underlying together stand, while that is not believed. */
export const priceJump = z
  .strictObject({
    index: decimal.meta({ description: 'Index that the sources make, USD.' }),
    first: decimal.meta({ description: 'What it was when they were first found there, USD.' }),
    since: instant,
    believedFrom: instant.meta({ description: 'Believed at the first price set from then on, if they stay there.' }),
  })
  .meta({ id: 'PriceJump', description: 'All sources together are further from the last index than is believed.' });
