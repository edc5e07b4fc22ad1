"""What the explaining sentence says in each language, written down by hand.

Serbian Latin is made from Cyrillic; `{language: sentence}` everywhere.
"""

from protocol.majority import Figures

HALF_OF_ALL: dict[str, object] = {"quorum_base": "statutory", "quorum_numerator": 1, "quorum_denominator": 2}
OUTCOMES: dict[str, tuple[str, ...]] = {
    "en": ("Adopted.", "Not adopted.", "No quorum: nothing was decided.", "A tie.", "Counted only."),
    "sr-Cyrl": ("Усвојено.", "Није усвојено.", "Нема кворума: ништа није одлучено.",
        "Једнак број гласова.", "Само пребројано."),
    "ro": ("Adoptat.", "Nu a fost adoptat.", "Lipsă de cvorum: nu s-a hotărât nimic.",
        "Egalitate de voturi.", "Doar s-a numărat."),
    "uk": ("Ухвалено.", "Не ухвалено.", "Кворуму немає: нічого не вирішено.",
        "Голоси розділилися порівну.", "Лише підраховано."),
    "pl": ("Przyjęto.", "Nie przyjęto.", "Brak kworum: niczego nie postanowiono.",
        "Równa liczba głosów.", "Tylko policzono."),
}  # fmt: skip
"""Of adopted, not adopted, no quorum, a tie, none."""

BEFORE: list[tuple[dict[str, object], Figures, dict[str, str]]] = [
    (
        {"base": "statutory"},
        Figures(67, 66, 60, 0, 0, 0),
        {
            "en": "34 of 67 needed: majority of all members.",
            "sr-Cyrl": "Потребно 34 од 67: већина укупног броја одборника.",
            "ro": "Necesar 34 din 67: majoritatea numărului total al consilierilor.",
            "uk": "Потрібно 34 з 67: більшість депутатів від загального складу ради.",
            "pl": "Wymagane 34 z 67: bezwzględna większość ustawowego składu rady.",
        },
    ),
    (
        {"base": "statutory", "comparator": ">=", "numerator": 3, "denominator": 5},
        Figures(21, 21, 21, 0, 0, 0),
        {
            "en": "13 of 21 needed: at least three fifths of all members.",
            "sr-Cyrl": "Потребно 13 од 21: најмање три петине укупног броја одборника.",
            "ro": "Necesar 13 din 21: cel puțin trei cincimi din numărul total al consilierilor.",
            "uk": "Потрібно 13 з 21: щонайменше три п’ятих загального складу ради.",
            "pl": "Wymagane 13 z 21: co najmniej trzy piąte ustawowego składu rady.",
        },
    ),
    (
        {"base": "in_office", "numerator": 2, "denominator": 3, "origin": "council"},
        Figures(27, 27, 27, 0, 0, 0),
        {
            "en": "19 of 27 needed: more than two thirds of the members in office, by the council's own rules.",
            "sr-Cyrl": ("Потребно 19 од 27: више од две трећине одборника са мандатом, по сопственим правилима "
                        "скупштине."),
            "ro": ("Necesar 19 din 27: mai mult de două treimi din consilierii în funcție, "
                   "potrivit regulilor proprii ale consiliului."),
            "uk": "Потрібно 19 з 27: більше двох третин чинних депутатів, за власними правилами ради.",
            "pl": "Wymagane 19 z 27: więcej niż dwie trzecie urzędujących radnych, według własnych zasad rady.",
        },
    ),
    (
        {"base": "in_office"},
        Figures(27, 23, 23, 0, 0, 0),
        {
            "en": "12 of 23 needed: majority of the members in office.",
            "sr-Cyrl": "Потребно 12 од 23: већина одборника са мандатом.",
            "ro": "Necesar 12 din 23: majoritatea consilierilor în funcție.",
            "uk": "Потрібно 12 з 23: більшість чинних депутатів.",
            "pl": "Wymagane 12 z 23: bezwzględna większość urzędujących radnych.",
        },
    ),
    (
        {"base": "present", **HALF_OF_ALL, "quorum_comparator": ">"},
        Figures(39, 39, 25, 0, 0, 0),
        {
            "en": "13 of 25 needed as of now: majority of the members present. Quorum 20 of 39.",
            "sr-Cyrl": "Сада потребно 13 од 25: већина присутних одборника. Кворум 20 од 39.",
            "ro": "Necesar acum 13 din 25: majoritatea consilierilor prezenți. Cvorum 20 din 39.",
            "uk": "Наразі потрібно 13 з 25: більшість присутніх депутатів. Кворум 20 з 39.",
            "pl": "Na tę chwilę wymagane 13 z 25: bezwzględna większość obecnych radnych. Kworum 20 z 39.",
        },
    ),
    (
        {"base": "cast", **HALF_OF_ALL, "quorum_source": "cast"},
        Figures(21, 21, 15, 0, 0, 0),
        {
            "en": ("Needed: majority of the votes cast. If all present vote (15): 8. "
                   "Quorum 11 of 21, counted by the votes cast."),
            "sr-Cyrl": ("Потребно: већина датих гласова. Ако гласају сви присутни (15): 8. "
                        "Кворум 11 од 21, према датим гласовима."),
            "ro": ("Necesar: majoritatea voturilor exprimate. Dacă votează toți cei prezenți (15): 8. "
                   "Cvorum 11 din 21, după voturile exprimate."),
            "uk": ("Потрібно: більшість поданих голосів. Якщо голосуватимуть усі присутні (15): 8. "
                   "Кворум 11 з 21, за поданими голосами."),
            "pl": ("Wymagane: bezwzględna większość oddanych głosów. Jeśli zagłosują wszyscy obecni (15): 8. "
                   "Kworum 11 z 21, według oddanych głosów."),
        },
    ),
    (
        {"comparator": ">=", "numerator": 2, "denominator": 3},
        Figures(21, 21, 15, 0, 0, 0),
        {
            "en": "Needed: at least two thirds of the votes for and against.",
            "sr-Cyrl": "Потребно: најмање две трећине гласова за и против.",
            "ro": "Necesar: cel puțin două treimi din voturile pentru și împotrivă.",
            "uk": "Потрібно: щонайменше дві третини голосів за і проти.",
            "pl": "Wymagane: co najmniej dwie trzecie głosów za i przeciw.",
        },
    ),
    (
        {"base": "papers_cast"},
        Figures(21, 21, 15, 0, 0, 0),
        {
            "en": "Needed: majority of the papers cast.",
            "sr-Cyrl": "Потребно: већина предатих листића.",
            "ro": "Necesar: majoritatea buletinelor depuse.",
            "uk": "Потрібно: більшість поданих бюлетенів.",
            "pl": "Wymagane: bezwzględna większość oddanych kart.",
        },
    ),
    (
        {"base": "none", **HALF_OF_ALL},
        Figures(21, 21, 15, 0, 0, 0),
        {
            "en": "Quorum 11 of 21: at least half of all members.",
            "sr-Cyrl": "Кворум 11 од 21: најмање половина укупног броја одборника.",
            "ro": "Cvorum 11 din 21: cel puțin jumătate din numărul total al consilierilor.",
            "uk": "Кворум 11 з 21: щонайменше половина загального складу ради.",
            "pl": "Kworum 11 z 21: co najmniej połowa ustawowego składu rady.",
        },
    ),
]  # fmt: skip
AFTER: list[tuple[dict[str, object], Figures, dict[str, str]]] = [
    (
        {"base": "statutory", "comparator": ">=", "numerator": 3, "denominator": 5},
        Figures(21, 21, 21, 12, 6, 3),
        {
            "en": ("Needed 13: at least three fifths of the 21 seats fixed by law (12.6, rounded up). "
                   "For 12, against 6, abstained 3. Not adopted."),
            "sr-Cyrl": ("Потребно 13: најмање три петине од укупно 21 одборничког места (12,6, заокружено навише). "
                        "За 12, против 6, уздржано 3. Није усвојено."),
            "ro": ("Necesar 13: cel puțin trei cincimi din cele 21 de locuri prevăzute de lege (12,6, rotunjit "
                   "în sus). Pentru 12, împotrivă 6, abțineri 3. Nu a fost adoptat."),
            "uk": ("Потрібно 13: щонайменше три п’ятих від 21 місця, установленого законом (12,6, округлено вгору). "
                   "За 12, проти 6, утрималися 3. Не ухвалено."),
            "pl": ("Wymagane 13: co najmniej trzy piąte z 21 ustawowych mandatów (12,6, po zaokrągleniu w górę). "
                   "Za 12, przeciw 6, wstrzymało się 3. Nie przyjęto."),
        },
    ),
    (
        {**HALF_OF_ALL, "quorum_source": "cast"},
        Figures(21, 21, 21, 6, 3, 1),
        {
            "en": ("Quorum 11, votes cast 10. Needed 4: more than half of the votes for and against, 3 of them "
                   "against. For 6, against 3, abstained 1. No quorum: nothing was decided."),
            "sr-Cyrl": ("Кворум 11, датих гласова 10. Потребно 4: више од половине гласова за и против, од "
                        "којих 3 против. За 6, против 3, уздржано 1. Нема кворума: ништа није одлучено."),
            "ro": ("Cvorum 11, voturi exprimate 10. Necesar 4: mai mult de jumătate din voturile pentru și împotrivă, "
                   "dintre care 3 împotrivă. Pentru 6, împotrivă 3, abțineri 1. Lipsă de cvorum: nu s-a hotărât "
                   "nimic."),
            "uk": ("Кворум 11, подано голосів 10. Потрібно 4: більше половини голосів за і проти, з них 3 проти. "
                   "За 6, проти 3, утрималися 1. Кворуму немає: нічого не вирішено."),
            "pl": ("Kworum 11, oddanych głosów 10. Wymagane 4: więcej niż połowa głosów za i przeciw, w tym 3 przeciw. "
                   "Za 6, przeciw 3, wstrzymało się 1. Brak kworum: niczego nie postanowiono."),
        },
    ),
    (
        {"base": "in_office", "numerator": 2, "denominator": 3, "origin": "council"},
        Figures(22, 22, 22, 15, 7, 0),
        {
            "en": ("Needed 15: more than two thirds of the 22 members in office (14.66…, rounded up), by the council's "
                   "own "
                   "rules. For 15, against 7, abstained 0. Adopted."),
            "sr-Cyrl": ("Потребно 15: више од две трећине од 22 одборника са мандатом (14,66…, заокружено навише), по "
                        "сопственим правилима скупштине. За 15, против 7, уздржано 0. Усвојено."),
            "ro": ("Necesar 15: mai mult de două treimi din cei 22 de consilieri în funcție (14,66…, rotunjit în sus), "
                   "potrivit regulilor proprii ale consiliului. Pentru 15, împotrivă 7, abțineri 0. Adoptat."),
            "uk": ("Потрібно 15: більше двох третин від 22 чинних депутатів (14,66…, округлено вгору), за власними "
                   "правилами ради. За 15, проти 7, утрималися 0. Ухвалено."),
            "pl": ("Wymagane 15: więcej niż dwie trzecie z 22 urzędujących radnych (14,66…, po zaokrągleniu w górę), "
                   "według "
                   "własnych zasad rady. Za 15, przeciw 7, wstrzymało się 0. Przyjęto."),
        },
    ),
]  # fmt: skip
QUORUM: list[tuple[str, int, dict[str, str]]] = [
    ("registered", 12, {
        "en": "Here 12: there is a quorum.", "sr-Cyrl": "Присутно 12: има кворума.",
        "ro": "Prezenți 12: cvorumul este întrunit.", "uk": "Присутні 12: кворум є.", "pl": "Obecnych 12: kworum jest.",
    }),
    ("registered", 10, {
        "en": "Here 10: no quorum.", "sr-Cyrl": "Присутно 10: нема кворума.",
        "ro": "Prezenți 10: cvorumul nu este întrunit.", "uk": "Присутні 10: кворуму немає.",
        "pl": "Obecnych 10: brak kworum.",
    }),
    ("cast", 12, {
        "en": "Votes cast 12: there is a quorum.", "sr-Cyrl": "Датих гласова 12: има кворума.",
        "ro": "Voturi exprimate 12: cvorumul este întrunit.", "uk": "Подано голосів 12: кворум є.",
        "pl": "Oddanych głosów 12: kworum jest.",
    }),
    ("cast", 10, {
        "en": "Votes cast 10: no quorum.", "sr-Cyrl": "Датих гласова 10: нема кворума.",
        "ro": "Voturi exprimate 10: cvorumul nu este întrunit.", "uk": "Подано голосів 10: кворуму немає.",
        "pl": "Oddanych głosów 10: brak kworum.",
    }),
]  # fmt: skip
MAYOR = {
    "en": "The mayor takes part and is counted.", "sr-Cyrl": "Председник општине учествује и рачуна се.",
    "ro": "Primarul participă și este luat în calcul.", "uk": "Голова громади бере участь і враховується.",
    "pl": "Wójt (burmistrz, prezydent) bierze udział i jest wliczany.",
}  # fmt: skip
