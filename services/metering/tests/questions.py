"""Questions for tests, short to write."""

import uuid

from codingahead.metering.v1 import metering_pb2 as pb
from metering.decision import Question, Subject
from metering.periods import CalendarMonth, DaysFromFirst
from metering.plans import Limit

ANN = Subject("account", "ann")
GUEST = Subject("guest", "g-1")

FIVE_A_MONTH = Limit(5, CalendarMonth())
TWO_IN_30_DAYS = Limit(2, DaysFromFirst(30))
UNLIMITED = Limit(None, CalendarMonth())


def question(
    resource: str = "icd-10-cm:E11.9",
    *,
    subject: Subject = ANN,
    request_id: str = "",
    peek: bool = False,
) -> Question:
    return Question(subject, "free", "view_code", resource, request_id, peek)


def request(
    resource: str = "icd-10-cm:E11.9",
    *,
    subject: str = "ann",
    kind: "pb.Subject.Kind.ValueType" = pb.Subject.KIND_ACCOUNT,
    plan: str = "free",
    action: str = "view_code",
    request_id: str | None = None,
    peek: bool = False,
) -> pb.DecideRequest:
    return pb.DecideRequest(
        subject=pb.Subject(kind=kind, id=subject),
        plan=plan,
        action=action,
        resource=resource,
        request_id=str(uuid.uuid4()) if request_id is None else request_id,
        peek=peek,
    )
