// Writes one JSON line per option, with our value, greeks and implied volatility, for check.py to hold against QuantLib.
import { exp } from '@ballast/kernel';
import { black76Greeks, impliedVolatility } from '@ballast/valuation';

const rates = [0, 0.05];
const years = [1 / 365, 7 / 365, 30 / 365, 0.5, 2];
const volatilities = [0.05, 0.3, 0.6, 1.2, 2.5];
/** Standard deviations from the money. */
const distances = [-4, -2.5, -1, -0.3, -0.01, 0, 0.01, 0.3, 1, 2.5, 4];

for (const rate of rates)
  for (const timeYears of years)
    for (const volatility of volatilities)
      for (const distance of distances)
        for (const type of ['call', 'put'] as const) {
          const forward = 60_000;
          const strike = forward * exp(distance * volatility * Math.sqrt(timeYears));
          const discount = exp(-rate * timeYears);
          const greeks = black76Greeks(type, forward, strike, timeYears, volatility, discount, rate);
          const implied = impliedVolatility(type, forward, strike, timeYears, greeks.value, discount);
          console.log(
            JSON.stringify({ type, forward, strike, timeYears, volatility, rate, discount, ...greeks, implied }),
          );
        }
