"""The central stories of an account, through the client that openapi-python-client made from the document of a running house.

    python3 stories.py http://127.0.0.1:8787 <token>    (with ballast_client beside it)

Prints what it was told as JSON. A type that the document promises and the server does not keep ends it with a stack trace.
"""

import json
import sys
import time
from http import HTTPStatus

from ballast_client import AuthenticatedClient
from ballast_client.api.accounts import (
    account,
    deposit,
    list_accounts,
    list_decisions,
    open_account,
    what_if,
    withdraw,
    withdrawal,
)
from ballast_client.models import (
    DepositRequest,
    OpenAccountRequest,
    Problem,
    WhatIfRequest,
    WithdrawalRequest,
)

ACCOUNT = "python.main"


def main():
    url, token = sys.argv[1:3]
    keys = iter(f"python-key-{number}" for number in range(1_000))
    with AuthenticatedClient(base_url=url, token=token) as client:
        opening = OpenAccountRequest(account_id=ACCOUNT)
        opened = open_account.sync_detailed(client=client, body=opening, idempotency_key=next(keys))
        assert opened.status_code == HTTPStatus.CREATED, opened.content
        assert opened.parsed.outcome == "accepted"

        money = {"depositId": "d-1", "asset": "USD", "amount": "1000"}
        paid = deposit.sync_detailed(ACCOUNT, client=client, body=DepositRequest.from_dict(money), idempotency_key=next(keys))
        assert paid.status_code == HTTPStatus.CREATED, paid.content

        equity = None
        while equity != "1000":
            margin = account.sync(ACCOUNT, client=client).margin
            equity = margin.figures.equity if margin is not None else None
            time.sleep(0.02)

        question = WhatIfRequest.from_dict({"positions": [{"instrument": "BTC-PERP", "quantity": "0.01"}]})
        dreamt = what_if.sync(ACCOUNT, client=client, body=question)
        assert dreamt.after.call != dreamt.before.call

        wish = {"withdrawalId": "w-1", "asset": "USD", "amount": "400"}
        asked = withdraw.sync_detailed(ACCOUNT, client=client, body=WithdrawalRequest.from_dict(wish), idempotency_key=next(keys))
        assert asked.status_code == HTTPStatus.ACCEPTED, asked.content
        status = "held"
        while status == "held":
            status = withdrawal.sync(ACCOUNT, "w-1", client=client).status
            time.sleep(0.02)

        page = list_decisions.sync(ACCOUNT, client=client, limit=10)
        listed, after = [], None
        while True:
            more = {} if after is None else {"after": after}
            accounts = list_accounts.sync(client=client, limit=5, **more)
            listed += [each.account_id for each in accounts.items]
            after = accounts.next_
            if after is None:
                break

        wrong = {"depositId": "d-2", "asset": "USD", "amount": "-1"}
        refused = deposit.sync(ACCOUNT, client=client, body=DepositRequest.from_dict(wrong), idempotency_key=next(keys))
        assert isinstance(refused, Problem), refused
        told = {
            "equity": equity,
            "withdrawal": status,
            "decisions": [f"{each.type_} {each.at.isoformat()}" for each in page.items],
            "listed": ACCOUNT in listed and len(listed) == len(set(listed)),
            "refusal": refused.code,
        }
    print(json.dumps(told))


main()
