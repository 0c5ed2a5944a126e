"""The population of the 58 counties by the census of 2020, in which made-up people live.

Thousands, rounded; sources in docs/synthetic-california.md.
"""

from __future__ import annotations

from clearance.synth.dice import Weighted

# In descending order.
THOUSANDS = {
    name: float(people)
    for people, name in (
        line.split(maxsplit=1)
        for line in """
        10014  LOS ANGELES
        3299   SAN DIEGO
        3187   ORANGE
        2418   RIVERSIDE
        2182   SAN BERNARDINO
        1936   SANTA CLARA
        1682   ALAMEDA
        1585   SACRAMENTO
        1166   CONTRA COSTA
        1009   FRESNO
        909    KERN
        874    SAN FRANCISCO
        844    VENTURA
        779    SAN JOAQUIN
        764    SAN MATEO
        553    STANISLAUS
        489    SONOMA
        473    TULARE
        453    SOLANO
        448    SANTA BARBARA
        439    MONTEREY
        405    PLACER
        282    SAN LUIS OBISPO
        281    MERCED
        271    SANTA CRUZ
        262    MARIN
        217    YOLO
        212    BUTTE
        191    EL DORADO
        182    SHASTA
        180    IMPERIAL
        156    MADERA
        152    KINGS
        138    NAPA
        136    HUMBOLDT
        102    NEVADA
        99.6   SUTTER
        91.6   MENDOCINO
        81.6   YUBA
        68.2   LAKE
        65.8   TEHAMA
        64.2   SAN BENITO
        55.6   TUOLUMNE
        45.3   CALAVERAS
        44.1   SISKIYOU
        40.5   AMADOR
        32.7   LASSEN
        28.9   GLENN
        27.7   DEL NORTE
        21.8   COLUSA
        19.8   PLUMAS
        19.0   INYO
        17.1   MARIPOSA
        16.1   TRINITY
        13.2   MONO
        8.7    MODOC
        3.2    SIERRA
        1.2    ALPINE
        """.strip().splitlines()
    )
}
HOMES = Weighted(THOUSANDS)
