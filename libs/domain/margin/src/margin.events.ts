import { emitterOf } from '@ballast/event-sourcing';
import { MARGIN_EVENTS } from '@ballast/facts';

/** Emits events of margin p. */
export const emitMargin = emitterOf(MARGIN_EVENTS);
