"""Made-up names, and the counties where made-up people live."""

from __future__ import annotations

from clearance.synth.dice import Dice, Weighted

_STARTS = "BRAN COR DEL FEN GAL HAR JES KOR LIN MAR NOR PEL QUIN ROS SAL TEV UL VAN WES ZAM".split()
_MIDDLES = "A E I O U AN EL IR OR AL".split()
_ENDS = "DOVER FIELD GADO KOWER LEDO MIREZ NELL PONTE RICK SON TERAN VALE WICK ZOLA".split()
# One byte in ISO-8859-1, two in UTF-8: real files hold both.
_TILDE_ENDS = ("ÑEZ", "ÑOLA", "ÑARES", "ÑOSA")
_GIVEN_STARTS = "AD BEL CAR DOR EV FLO GIL HEL IS JO KAM LU MEL NI OR PAU RO SI TA VI".split()
_GIVEN_ENDS = "A AN ELA EN IA IEL INE ON UEL Y".split()

STATE = tuple(
    """ALAMEDA|ALPINE|AMADOR|BUTTE|CALAVERAS|COLUSA|CONTRA COSTA|DEL NORTE|EL DORADO|FRESNO|GLENN|
    HUMBOLDT|IMPERIAL|INYO|KERN|KINGS|LAKE|LASSEN|LOS ANGELES|MADERA|MARIN|MARIPOSA|MENDOCINO|
    MERCED|MODOC|MONO|MONTEREY|NAPA|NEVADA|ORANGE|PLACER|PLUMAS|RIVERSIDE|SACRAMENTO|SAN BENITO|
    SAN BERNARDINO|SAN DIEGO|SAN FRANCISCO|SAN JOAQUIN|SAN LUIS OBISPO|SAN MATEO|SANTA BARBARA|
    SANTA CLARA|SANTA CRUZ|SHASTA|SIERRA|SISKIYOU|SOLANO|SONOMA|STANISLAUS|SUTTER|TEHAMA|TRINITY|
    TULARE|TUOLUMNE|VENTURA|YOLO|YUBA""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""The 58 counties in the order of their codes (1 to 58)."""

CODES = {county: code for code, county in enumerate(STATE, start=1)}

# Percent of the people, roughly by population; the small counties share the rest.
_LARGE = {
    "LOS ANGELES": 25.0,
    "SAN DIEGO": 8.0,
    "ORANGE": 8.0,
    "RIVERSIDE": 6.0,
    "SAN BERNARDINO": 6.0,
    "ALAMEDA": 4.5,
    "SACRAMENTO": 6.0,
    "CONTRA COSTA": 4.0,
    "FRESNO": 3.0,
    "KERN": 2.5,
    "SAN FRANCISCO": 4.0,
    "SAN JOAQUIN": 4.0,
}
TWELVE = Weighted(_LARGE)
EVERYWHERE = Weighted({county: _LARGE.get(county, 0.4) for county in STATE})


def full_name(dice: Dice) -> str:
    """A name as the record writes it: `SURNAME,GIVEN M`, sometimes without the last letter."""
    ends = _TILDE_ENDS if dice.chance(0.04) else _ENDS
    surname = dice.pick(_STARTS) + dice.pick(_MIDDLES) + dice.pick(ends)
    given = dice.pick(_GIVEN_STARTS) + dice.pick(_GIVEN_ENDS)
    initial = f" {dice.pick('ABCDEFGHJKLMNRSTW')}" if dice.chance(0.6) else ""
    return f"{surname},{given}{initial}"
