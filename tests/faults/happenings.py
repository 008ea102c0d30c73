"""What the shops of the harnesses tell of: known and new customers, with fixed ids."""

from __future__ import annotations

from ecrm import Who
from ecrm.events import Event
from story import ordered, refunded, visited

__all__ = ["happening", "regular"]


def regular(number: int) -> Who:
    """Name one of a few customers whom every writer knows; each is known by two identities."""
    place = number % 4
    return Who(email=f"regular{place}@example.org", phone=f"+90532111220{place}")


def happening(writer: str, number: int) -> Event:
    """Tell the event of a writer's number; its source id is `writer-number`."""
    named = {"source_id": f"{writer}-{number}", "after": number}
    order_id = f"{writer}-{number - number % 5}"
    match number % 5:
        case 0:
            return ordered(order_id, who=Who(email=f"{writer}.{number}@example.org"), **named)
        case 1 | 2:
            return ordered(f"{writer}-{number}", f"{number + 1}.50", who=regular(number), **named)
        case 3:
            return visited(regular(number), channel="store", **named)
        case _:
            return refunded(order_id, refund_id=f"{writer}-{number}", **named)
