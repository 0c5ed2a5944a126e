"""Rows of a stop, of its court, and of a step that nobody knows."""

from __future__ import annotations

STRANGE_STEP = {"count_order": "101003001000", "stp_type_descr": "A WALK"}
STOP = {
    "stp_type_descr": "ARREST/DETAINED/CITED",
    "stp_event_date": "20010101",
    "offense_descr": "459 PC-BURGLARY",
}
COURT = {"count_order": "101002001000", "offense_descr": "459 PC-BURGLARY", "offense_toc": "M"}
