"""A conviction, or two of one case, and a change that stands on a count or step of its own."""

from __future__ import annotations

FIRST, SECOND = "101002001000", "101003001000"
SET_ASIDE = {"disp_descr": "CONV SET ASIDE & DISM PER 1203.4 PC", "count_order": SECOND}
CASE = {"ofn": "A1", "offense_descr": "459 PC-BURGLARY", "count_order": FIRST}
OTHER_COUNT = {**CASE, "offense_descr": "484 PC-THEFT", "count_order": "101002002000"}
CONVICTED = {**CASE, "disp_descr": "CONVICTED", "stp_event_date": "20010101"}

REACHES, DOUBTFUL, NEITHER = "reaches", "doubtful", "neither"
# A conviction, a change on a count of its own, and whether the change reaches the conviction.
LINKS: dict[str, tuple[list[dict[str, str]], str]] = {
    "same case and charge": ([CONVICTED, {**CASE, **SET_ASIDE}], REACHES),
    "the charge in other words": (
        [CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": "459PC"}],
        REACHES,
    ),
    "no charge named": ([CONVICTED, {**SET_ASIDE, "ofn": "A1"}], REACHES),
    "a comment that is no charge": (
        [CONVICTED, {**SET_ASIDE, "ofn": "A1", "comment_text": "FINE PAID"}],
        REACHES,
    ),
    "another charge": ([CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": "487 PC"}], DOUBTFUL),
    "a charge that is not read": (
        [CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": "ZZYZX"}],
        DOUBTFUL,
    ),
    "no case number, and a charge that is not read": (
        [CONVICTED, {**SET_ASIDE, "offense_descr": "ZZYZX"}],
        DOUBTFUL,
    ),
    "a charge that is blank": ([CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": " - "}], REACHES),
    "a subdivision of the charge": (
        [CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": "459(A) PC"}],
        REACHES,
    ),
    "another subdivision": (
        [
            {**CONVICTED, "offense_descr": "487(A) PC"},
            {**CASE, **SET_ASIDE, "offense_descr": "487(C) PC"},
        ],
        DOUBTFUL,
    ),
    "the case in another spelling": (
        [{**CONVICTED, "ofn": "BA12345"}, {**CASE, **SET_ASIDE, "ofn": "ba 12345-01"}],
        REACHES,
    ),
    "another case, and none but this conviction": (
        [CONVICTED, {**CASE, **SET_ASIDE, "ofn": "B2"}],
        REACHES,
    ),
    "no case number": ([{**CONVICTED, "ofn": "-"}, {**CASE, **SET_ASIDE, "ofn": "-"}], REACHES),
    "another cycle": ([CONVICTED, {**CASE, **SET_ASIDE, "count_order": "102003001000"}], REACHES),
    "another cycle and no case, charge or date": (
        [CONVICTED, {**SET_ASIDE, "count_order": "102003001000"}],
        REACHES,
    ),
    "another cycle, before the conviction": (
        [
            CONVICTED,
            {**CASE, **SET_ASIDE, "count_order": "102003001000", "stp_event_date": "20001231"},
        ],
        NEITHER,
    ),
    "an earlier step": ([CONVICTED, {**CASE, **SET_ASIDE, "count_order": "101001001000"}], NEITHER),
    "the same step": ([CONVICTED, {**CASE, **SET_ASIDE, "count_order": "101002003000"}], REACHES),
    "nothing to change": (
        [{**CONVICTED, "disp_descr": "DISMISSED"}, {**CASE, **SET_ASIDE}],
        NEITHER,
    ),
}
REVOKED = {"disp_descr": "PROBATION REVOKED", "count_order": SECOND}
NOT_READ = {"disp_descr": "SENT TO THE MOON", "count_order": SECOND}
ENDED = {"disp_descr": "DISMISSED", "count_order": SECOND}
TWO = [CONVICTED, {**OTHER_COUNT, "disp_descr": "CONVICTED"}]
# Two convictions of one case, what stands on a later step, and the statuses that they have then.
OF_TWO: dict[str, tuple[dict[str, str], tuple[str, str]]] = {
    "a change of one of them": ({**CASE, **REVOKED}, ("convicted", "convicted")),
    "a change of either": ({**REVOKED, "ofn": "A1"}, ("unknown", "unknown")),
    "a change of neither charge": (
        {**CASE, **REVOKED, "offense_descr": "487 PC"},
        ("unknown", "unknown"),
    ),
    "a change under no offence": (
        {**CASE, **REVOKED, "offense_descr": "1203.2 PC-PROBATION VIOL"},
        ("unknown", "unknown"),
    ),
    "text about one of them": ({**CASE, **NOT_READ}, ("unknown", "convicted")),
    "text about either": ({**NOT_READ, "ofn": "A1"}, ("unknown", "unknown")),
    "a dismissal of one of them": ({**CASE, **ENDED}, ("unknown", "convicted")),
    "an acquittal of one of them": (
        {**CASE, **ENDED, "disp_descr": "ACQUITTED"},
        ("unknown", "convicted"),
    ),
    "a rejection beside them": (
        {**CASE, **ENDED, "disp_descr": "PROS REJ-OTHER"},
        ("convicted", "convicted"),
    ),
    "a dismissal of another charge": (
        {**CASE, **ENDED, "offense_descr": "487 PC"},
        ("convicted", "convicted"),
    ),
    "a dismissal in another case": ({**CASE, **ENDED, "ofn": "B2"}, ("convicted", "convicted")),
    "a petition that was denied": (
        {**REVOKED, "ofn": "A1", "disp_descr": "PETITION PER 1203.4 PC DENIED"},
        ("convicted", "convicted"),
    ),
}

# Convictions, of which something is text that is not read, what stands on a later step, and the
# statuses that the convictions have then.
STRANGE_CASE, STRANGE_CHARGE = {"ofn": "WVU-77 XKCD"}, {"offense_descr": "#N/A"}
UNREAD = {"disp_descr": "SENT TO THE MOON"}
SAME_CHARGE = {**CONVICTED, "count_order": OTHER_COUNT["count_order"]}
OTHER_CASE = {**CONVICTED, "count_order": "102002001000", "ofn": "B2", "offense_descr": "484 PC"}
NEXT_CYCLE = {"count_order": "102003001000"}
NOT_SURE: dict[str, tuple[list[dict[str, str]], dict[str, str], list[str]]] = {
    "the case number of one of two": (
        [{**CONVICTED, **STRANGE_CASE}, SAME_CHARGE], {**CASE, **REVOKED}, ["unknown", "unknown"],
    ),
    "the case number of one of another charge": (
        [{**TWO[0], **STRANGE_CASE}, TWO[1]],
        {**CASE, **REVOKED, "offense_descr": "484 PC"},
        ["convicted", "convicted"],
    ),
    "the case number of a conviction of another cycle": (
        [{**CONVICTED, **STRANGE_CASE}, OTHER_CASE],
        {**REVOKED, **NEXT_CYCLE, "ofn": "A1"},
        ["unknown", "unknown"],
    ),
    "the case number of the change": (
        [CONVICTED, OTHER_CASE],
        {**REVOKED, **NEXT_CYCLE, **STRANGE_CASE},
        ["unknown", "unknown"],
    ),
    "the same text for every case number": (
        [{**one, **STRANGE_CASE} for one in (CONVICTED, OTHER_CASE)],
        {**REVOKED, **NEXT_CYCLE, **STRANGE_CASE, "offense_descr": "484 PC"},
        ["unknown", "unknown"],
    ),
    "the case number of a change of the only conviction": (
        [CONVICTED], {**CASE, **REVOKED, **STRANGE_CASE}, ["convicted"],
    ),
    "the charge of one of two": (
        [{**CONVICTED, **STRANGE_CHARGE}, SAME_CHARGE],
        {**CASE, **REVOKED},
        ["unknown", "unknown"],
    ),
    "the charge of a revocation": (
        [CONVICTED, SAME_CHARGE], {**CASE, **REVOKED, **STRANGE_CHARGE}, ["unknown", "unknown"],
    ),
    "the charge of a dismissal after the only conviction": (
        [CONVICTED], {**CASE, **ENDED, **STRANGE_CHARGE}, ["unknown"],
    ),
    "the charge of a dismissal after the only conviction of its case": (
        [CONVICTED, OTHER_CASE], {**CASE, **ENDED, **STRANGE_CHARGE}, ["unknown", "convicted"],
    ),
    "the charge of the only conviction": (
        [{**CONVICTED, **STRANGE_CHARGE}], {**CASE, **REVOKED}, ["unknown"],
    ),
    "the charge of a revocation of the only conviction": (
        [CONVICTED], {**CASE, **REVOKED, **STRANGE_CHARGE}, ["unknown"],
    ),
    "the charge of a reduction of the only conviction": (
        [CONVICTED],
        {**CASE, **SET_ASIDE, **STRANGE_CHARGE, "disp_descr": "REDUCED TO MISDEMEANOR"},
        ["unknown"],
    ),
    "the charge of a dismissal of the only conviction": (
        [CONVICTED], {**CASE, **ENDED, **STRANGE_CHARGE}, ["unknown"],
    ),
    "the charge of a dismissal of a conviction that was reversed": (
        [{**CONVICTED, "disp_descr": "CONVICTION REVERSED"}, {**CONVICTED, "disp_order": "1"}],
        {**CASE, **ENDED, **STRANGE_CHARGE},
        ["unknown", "unknown"],
    ),
    "the case number of a dismissal": (
        TWO, {**CASE, **ENDED, **STRANGE_CASE}, ["unknown", "convicted"],
    ),
    "the disposition of one of two": (
        [CONVICTED, {**SAME_CHARGE, **UNREAD}], {**CASE, **REVOKED}, ["unknown", "unknown"],
    ),
    "the disposition of a count of another charge": (
        [CONVICTED, {**OTHER_COUNT, **UNREAD}], {**CASE, **REVOKED}, ["convicted", "unknown"],
    ),
    "the disposition of a count, and a change that names no charge": (
        [CONVICTED, {**OTHER_COUNT, **UNREAD}], {**REVOKED, "ofn": "A1"}, ["unknown", "unknown"],
    ),
    "the disposition of a count of the case, where the conviction is of another": (
        [{**CONVICTED, "ofn": "B2"}, {**SAME_CHARGE, **UNREAD}],
        {**CASE, **REVOKED},
        ["unknown", "unknown"],
    ),
    "the disposition of a count of another case": (
        [CONVICTED, {**SAME_CHARGE, **UNREAD, "ofn": "B2"}],
        {**CASE, **REVOKED},
        ["convicted", "unknown"],
    ),
    "the disposition of a count in the cycle of the change, where the conviction is of another": (
        [CONVICTED, {**SAME_CHARGE, **UNREAD, "ofn": "", "count_order": "102002001000"}],
        {**CASE, **REVOKED, **NEXT_CYCLE, "ofn": ""},
        ["unknown", "unknown"],
    ),
    "the disposition of a count in another cycle than the change and the conviction": (
        [CONVICTED, {**SAME_CHARGE, **UNREAD, "ofn": "", "count_order": "102002001000"}],
        {**CASE, **REVOKED, "ofn": ""},
        ["convicted", "unknown"],
    ),
    "the case number of a dismissed conviction": (
        [{**TWO[0], **STRANGE_CASE}, TWO[1]], {**CASE, **ENDED}, ["unknown", "convicted"],
    ),
}  # fmt: skip
