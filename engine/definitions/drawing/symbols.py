"""The small signs inside shapes, as SVG paths: tasks on a field of 18 × 18, events of 36 × 36."""

from __future__ import annotations

from collections.abc import Mapping

TASKS: Mapping[str, str] = {
    "userTask": "M3 16c0-5 3-6.5 6-6.5s6 1.5 6 6.5zM9 2.5a3.2 3.2 0 1 0 .01 0z",
    "manualTask": "M2.5 8.5l5-4 1.2 1.2-2 2.3h8.8v2H9.8M9.8 10h5.2v1.9H9.8M9.8 11.9H14v1.9H4.5l-2-2z",
    "serviceTask": "M9 6.2a2.8 2.8 0 1 0 .01 0zM9 1.5v3M9 13.5v3M1.5 9h3M13.5 9h3M3.7 3.7l2.1 2.1M12.2 12.2l2.1 2.1"
    "M3.7 14.3l2.1-2.1M12.2 5.8l2.1-2.1",
    "sendTask": "M2 4h14v10H2zM2 4l7 6 7-6",
    "receiveTask": "M2 4h14v10H2zM2 4l7 6 7-6",
    "scriptTask": "M5 2.5h9c-4 4 3 9-1 13H4c4-4-3-9 1-13zM6 6.5h5M6.5 9h5M7 11.5h5",
    "businessRuleTask": "M2 3h14v12H2zM2 7h14M2 11h14M7 7v8",
}
FILLED_TASKS = frozenset({"sendTask"})

EVENTS: Mapping[str, str] = {
    "timer": "M18 9a9 9 0 1 0 .01 0M18 12v6l4.5 2.5M18 9v2M18 25v2M9 18h2M25 18h2",
    "message": "M10 12.5h16v11H10zM10 12.5l8 6.5 8-6.5",
    "signal": "M18 10l8 13.5H10z",
    "error": "M10.5 25l4-12.5 6.5 8 4.5-9.5-4 13.5-6.5-8z",
    "escalation": "M18 9.5l6 15.5-6-6.5-6 6.5z",
    "conditional": "M11 10h14v16H11zM13.5 14h9M13.5 18h9M13.5 22h9",
    "link": "M10 15h9v-4.5l8 7.5-8 7.5V21h-9z",
    "compensate": "M18 11v14l-8-7zM26 11v14l-8-7z",
    "cancel": "M11 13l2-2 5 5 5-5 2 2-5 5 5 5-2 2-5-5-5 5-2-2 5-5z",
    "multiple": "M18 9.5l8 6-3 9.5H13l-3-9.5z",
    "terminate": "M18 9.5a8.5 8.5 0 1 0 .01 0z",
}

GATEWAYS: Mapping[str, str] = {
    "exclusiveGateway": "M-7 -8L7 8M7 -8L-7 8",
    "parallelGateway": "M0 -11V11M-11 0H11",
    "inclusiveGateway": "M0 -10a10 10 0 1 0 .01 0z",
    "eventBasedGateway": "M0 -13a13 13 0 1 0 .01 0zM0 -10a10 10 0 1 0 .01 0zM0 -6L6 -1.5 3.7 5.5H-3.7L-6 -1.5z",
    "complexGateway": "M0 -11V11M-11 0H11M-8 -8L8 8M8 -8L-8 8",
}
THIN_GATEWAYS = frozenset({"eventBasedGateway"})

PARALLEL = "M-4 -5V5M0 -5V5M4 -5V5"
SEQUENTIAL = "M-5 -4H5M-5 0H5M-5 4H5"
LOOP = "M-3 4.5a5 5 0 1 1 4 .8M-3 4.5l-3.5-.3M-3 4.5l.5-3.5"
COLLAPSED = "M-6 -6H6V6H-6zM0 -4V4M-4 0H4"
"""Signs at the foot of an activity, around its middle."""
