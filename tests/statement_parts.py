"""What in a statement each database understands by itself: what it asks of a row, one by one, and the rest.

A statement with one comparison more is not another for PostgreSQL; one that groups, sorts by a function or locks is.
"""

import re
import zlib
from collections.abc import Iterable
from functools import lru_cache

# What is the same statement in other words: values, names of savepoints, how many rows.
SAME = [
    (re.compile(r"'[^']*'"), "?"),
    (re.compile(r"\b([TUVW])?\d+\b"), r"\g<1>0"),  # of a table's second name too
    (re.compile(r'SAVEPOINT "\w+"'), "SAVEPOINT"),
    (re.compile(r"\(\s*%s(?:\s*,\s*%s)+\s*\)"), "(%s)"),
    (re.compile(r"\(%s\)(?:, \(%s\))+"), "(%s)"),
    (re.compile(r"BETWEEN %s AND %s"), "BETWEEN %s"),  # its AND joins nothing
]
COLUMN = r'(?:"\w+"|[TUVW]0)\."\w+"'
READ = rf'(?:{COLUMN}|%s)(?: AS "\w+")?'
JOIN = re.compile(rf' (?:INNER|LEFT OUTER) JOIN "\w+"(?: T0)? ON \({COLUMN} = {COLUMN}\)')
SET = re.compile(r'"\w+" = %s')
COMPARED = re.compile(rf"{COLUMN} (?:(?:=|<|>|<=|>=) (?:%s|{COLUMN})|IN \(%s\)|IS NULL|IS NOT NULL|LIKE %s ESCAPE \?)")
BETWEEN = re.compile(r"AND|OR|NOT|[()\s]")
BY = rf"{COLUMN} (?:ASC|DESC)(?: NULLS (?:FIRST|LAST))?"
PLAIN = re.compile(
    rf'(?:SELECT (?:COUNT\(\*\) AS "\w+"|{READ}(?:, {READ})*) FROM "\w+"(?P<joined>(?:{JOIN.pattern})*)'
    rf'|UPDATE "\w+" SET (?P<set>{SET.pattern}(?:, {SET.pattern})*)|DELETE FROM "\w+")'
    rf"(?: ORDER BY (?P<order>{BY}(?:, {BY})*))?(?: LIMIT 0)?"
)
TABLE = re.compile(r'(?:FROM|UPDATE) "\w+"')
# Where the condition of a statement begins and ends, outside its brackets, and where one thing is asked beside another.
STEPS = re.compile(r"[()]| WHERE | AND | (?:GROUP BY|HAVING|ORDER BY|LIMIT|FOR|UNION) ")

# What PostgreSQL keeps in no text or document, a NUL and half of a pair; and years at both ends of time.
ODD = re.compile(
    r"(?P<nul>\0|\\u0000)|(?P<half>[\ud800-\udfff]|\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab]..)\\ud[c-f])"
    r"|(?P<far>\A(?:0\d{3}|9999)-\d\d-\d\d)"
)
FITS = 255  # characters: what is longer fits no column of one line but those for needs and reasons
HALF = 2**31  # four bytes hold less; SQLite's numbers have eight


@lru_cache(20_000)  # most are asked again and again, and five patterns on each would be a minute of the whole run
def shapes(statement: str) -> tuple[int, ...]:
    """Numbers for a statement, the same for all that differ in their values alone: one, or one for each part."""
    for pattern, instead in SAME:
        statement = pattern.sub(instead, statement)
    return tuple(zlib.crc32(part.encode()) for part in parts(statement))


def with_odd_values(shaped: tuple[int, ...], values: Iterable[object]) -> Iterable[int]:
    """Those numbers, and others for each sort of value among them that PostgreSQL may not take and SQLite does."""
    sorts = {*map(odd, values)} - {""}
    return (*shaped, *(zlib.crc32(sort.encode(), part) for sort in sorts for part in shaped)) if sorts else shaped


def odd(value: object) -> str:
    """Its sort: of text what is in it, and to which power of two it is long; of a large number how many bits it has."""
    if isinstance(value, int):
        return "" if -HALF <= value < HALF else f"{value.bit_length() // 32} times 32 bits"
    if not isinstance(value, str):
        return ""
    found = ODD.search(value)
    return (found.lastgroup or "" if found else "") + (str(len(value).bit_length()) if len(value) > FITS else "")


def parts(statement: str) -> list[str]:
    """What each database understands by itself: all that is asked of a row, one by one, and the rest of the statement.

    The rest is its tables and its order where it is plain: no function, group, distinction, subquery or lock in it.
    """
    if statement.startswith("PRAGMA"):  # SQLite's alone
        return []
    rest, condition = divided(statement)
    asked = [part for term in terms(condition) for part in compared(term)]
    plain = PLAIN.fullmatch(rest)
    if plain is None:
        return [rest, *asked]
    joined, put, order = (plain[group] or "" for group in ("joined", "set", "order"))
    table = TABLE.findall(rest)[0]
    return [
        table,
        *JOIN.findall(joined),
        *asked,
        *re.findall(BY, order),
        *(f"{table} SET {one}" for one in SET.findall(put)),
    ]


def divided(statement: str) -> tuple[str, str]:
    """A statement without its condition, and that; one with more than one of them is left as it is."""
    depth, begin, end = 0, 0, len(statement)
    for step in STEPS.finditer(statement):
        word = step[0].strip()
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0 and word == "UNION":
            return statement, ""
        if depth == 0 and word == "WHERE":
            begin = step.end()
        elif depth == 0 and begin and word not in ("(", ")", "AND"):
            end = step.start()
            break
    return (statement[: begin - len(" WHERE ")] + statement[end:], statement[begin:end]) if begin else (statement, "")


def terms(condition: str) -> list[str]:
    """What a condition asks one beside the other: `(a AND (b OR c))` is `a` and `(b OR c)`."""
    depth, begin, found = 0, 0, list[str]()
    ends = []  # of what stands in brackets
    for step in STEPS.finditer(condition):
        depth += {"(": 1, ")": -1}.get(step[0], 0)
        if depth == 0 and step[0] == ")":
            ends.append(step.end())
        elif depth == 0 and step[0] == " AND ":
            found.append(condition[begin : step.start()])
            begin = step.end()
    if condition.startswith("(") and ends == [len(condition)]:
        return terms(condition[1:-1])
    return [one for one in (*found, condition[begin:]) if one]


def compared(term: str) -> list[str]:
    """Its comparisons of columns with values, if there is nothing else in it."""
    return [term] if BETWEEN.sub("", COMPARED.sub("", term)) else COMPARED.findall(term)
