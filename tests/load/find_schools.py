"""How long looking for a school takes, and what is found first, over the register that DATABASE_URL has.

python manage.py import_schools edubasealldata20261101.csv
python -m tests.load.find_schools
"""

import os
import statistics
import time

import django

TIMES = 7
SEARCHES = [
    *("st josephs broadstairs", "ME16 8TL", "me168tl", "118568", "west boro maidstone", "whitstabel", "west borough"),
    *("saint josephs catholic primary broadstairs", "c of e primary whitstable", "whitstable junior", "CT5", "ct5 1"),
    *("st marys", "st marys rc primary", "st marys ce bristol", "holy trinity guildford", "parkside", "maidstone"),
    *("maidstone grammar school for girls", "london", "birmingham", "st", "st john", "a", "primary school", "academy"),
    *("westborough maidstone", "the whitstable school", "ss peter & paul", "st josefs broadstiars", "kings norwich"),
    *("newcastle upon tyne high", "our ladys manchester", "manchester", "church of england primary school", "b1"),
    *("qqqq", "hwitstable", "school maidstone west boro primary", "stoke on trent st", "m20 4bx didsbury"),
]


def main() -> None:
    from django.db import connection

    from hubs.models import School
    from hubs.schools.search import schools_found

    connection.ensure_connection()
    taken = []
    for typed in SEARCHES:
        times = []
        for _again in range(TIMES):
            started = time.perf_counter()
            found = list(schools_found(typed, 21))
            times.append(1000 * (time.perf_counter() - started))
        taken.append(min(times))
        first = " / ".join(str(school) for school in found[:2])
        print(f"{taken[-1]:7.1f} ms  {typed:45} {len(found):3}  {first}")
    print(f"{School.objects.count():,} schools, {connection.vendor}, best of {TIMES}: {len(taken)} searches, ", end="")
    print(f"median {statistics.median(taken):.1f} ms, longest {max(taken):.1f} ms")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
