export {
  accountHealth,
  type HealthKind,
  type HealthPerp,
  type ReservedOrders,
  type TokenScaling,
} from './weighted-health.js';
