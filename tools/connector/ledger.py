"""The exchange's own books: what it believes every account holds, to be held against Ballast's. Exact decimals, no float."""

from decimal import Decimal, ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, getcontext

getcontext().prec = 60
CENT = Decimal("0.01")
COST = Decimal("1e-12")
FEE = {"taker": Decimal("0.0005"), "maker": Decimal("0.0002")}
# Of the value of the underlying, but no more than this part of the premium.
OPTION_FEE, CAP_OF_PREMIUM = Decimal("0.0003"), Decimal("0.125")


def down(amount):
    return amount.quantize(CENT, rounding=ROUND_FLOOR)


def up(amount):
    return amount.quantize(CENT, rounding=ROUND_CEILING)


def is_option(instrument):
    return instrument.endswith(("-C", "-P"))


def fee_of(instrument, liquidity, quantity, price, index):
    """`index`: of the underlying, which the fee of an option follows."""
    each = min(OPTION_FEE * index, CAP_OF_PREMIUM * price) if is_option(instrument) else FEE[liquidity] * price
    return up(quantity * each)


class Account:
    def __init__(self):
        self.cash = Decimal(0)
        self.quantity = {}
        self.cost = {}


class Ledger:
    """Average cost, premiums, fees and penalties as docs/spec has them: CLR-INS-011 and 012, CLR-ACC-011 to 014."""

    def __init__(self):
        self.accounts = {}

    def open(self, account_id):
        self.accounts[account_id] = Account()

    def deposit(self, account_id, amount):
        self.accounts[account_id].cash += amount

    def pay_out(self, account_id, amount):
        self.accounts[account_id].cash -= amount

    def trade(self, account_id, instrument, side, quantity, price, fee):
        """A trade like any other: premium or realised profit, rounded down to the cent, less the fee."""
        cash = self._move(account_id, instrument, side, quantity, price)
        self.accounts[account_id].cash += down(cash) - fee

    def close_out(self, account_id, instrument, side, quantity, mark, notional, rate):
        """Closed at the mark of the order, and charged the provisional penalty, rounded down."""
        cash = self._move(account_id, instrument, side, quantity, mark)
        self.accounts[account_id].cash += down(cash) - down(quantity * notional * rate)

    def true_up(self, account_id, amount):
        self.accounts[account_id].cash += amount

    def deficit_paid(self, account_id, amount):
        """What the waterfall pays of a deficit; below zero: what the debtor pays back of it."""
        self.accounts[account_id].cash += amount

    def _move(self, account_id, instrument, side, quantity, price):
        account = self.accounts[account_id]
        held = account.quantity.get(instrument, Decimal(0))
        cost = account.cost.get(instrument, Decimal(0))
        signed = quantity if side == "buy" else -quantity
        if is_option(instrument):
            account.quantity[instrument] = held + signed
            return -signed * price
        closing = min(quantity, abs(held)) if held * signed < 0 else Decimal(0)
        released = (cost * closing / abs(held)).quantize(COST, rounding=ROUND_HALF_EVEN) if closing else Decimal(0)
        direction = 1 if held > 0 else -1
        realised = direction * closing * price - released
        opening = signed + direction * closing if closing else signed
        account.quantity[instrument] = held + signed
        account.cost[instrument] = cost - released + opening * price
        return realised
