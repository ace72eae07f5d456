"""A chain of options as the exchange quotes it: Black-76 around one volatility, at the price of the coin."""

import math
from datetime import datetime, timezone
from decimal import Decimal

OPTION_TICK = Decimal("0.5")
OPTION_LOT = "0.1"
DATE, EXPIRY = "27MAR20", int(datetime(2020, 3, 27, 8, tzinfo=timezone.utc).timestamp() * 1000)
STRIKES = (6000, 6500, 7000, 7500, 8000)
VOLATILITY = 0.9
YEAR = 365 * 86_400_000


def normal(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def black76(is_call, forward, strike, total):
    """`total`: volatility times the root of the time left."""
    above = math.log(forward / strike) / total + total / 2
    call = forward * normal(above) - strike * normal(above - total)
    return call if is_call else call - forward + strike


class OptionChain:
    def __init__(self, coin):
        """`coin`: the prices of the underlying."""
        self.coin = coin
        self.ids = [f"BTC-{DATE}-{strike}-{kind}" for strike in STRIKES for kind in "CP"]

    def at(self, instrument, moment):
        """Middle of its book, USD for one coin: whole ticks, and two at least, so that there is a bid."""
        _, _, strike, kind = instrument.split("-")
        total = VOLATILITY * math.sqrt((EXPIRY - moment) / YEAR)
        value = black76(kind == "C", float(self.coin.at(moment)), float(strike), total)
        return max(2, math.floor(value / float(OPTION_TICK))) * OPTION_TICK

    def quotes(self, at):
        """Every option of the expiry, a tick either side of the middle."""
        quotes = []
        for name in self.ids:
            middle = self.at(name, at)
            sides = {"bid": str(middle - OPTION_TICK), "ask": str(middle + OPTION_TICK)}
            quotes.append({"instrument": name, **sides, "openInterest": None})
        return {"underlying": "BTC", "expiry": EXPIRY, "quotes": quotes, "at": at}
