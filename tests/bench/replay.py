"""Building anew: the state of one thing from 20,000 facts, and readers' tables from all facts, against the `eventsourcing` library. `make bench` runs it."""

import tempfile
from functools import partial
from pathlib import Path
from statistics import median

import library
from filled import DISCUSSED, discuss, fill
from pictures import draw
from recorded import rebuild
from serving import WORDS, parley
from text_corpus import exponent, timed

from parley.commands.rebuild import hash_of_view
from parley.delegations.rules_principle import PRINCIPLES
from parley.kernel.database import Database
from parley.kernel.projection import Projection
from parley.kernel.sql_reader import SqlReader
from parley.main import part, parts

ROUNDS = 5
POSITIONS, PRINCIPLES_READ = 20_000, 5_000
SIZES = (1_000, 10_000, 50_000)


def state(folder: Path) -> None:
    """One thing with many facts."""
    started(folder / "state")
    discuss(folder / "state", POSITIONS)
    database = Database(f"sqlite:///{folder / 'state/parley.db'}")
    reader, negotiation = SqlReader(database), library.Negotiation(env=library.settings(folder / "state"))
    discussed = negotiation.discuss(POSITIONS, WORDS)
    mine_once, theirs_once = partial(reader.state, PRINCIPLES, DISCUSSED), partial(negotiation.repository.get, discussed)
    rows = [(timed(mine_once, 1), timed(theirs_once, 1)) for _ in range(ROUNDS)]
    version, ours = reader.state(PRINCIPLES, DISCUSSED)
    theirs = negotiation.repository.get(discussed)
    assert version == POSITIONS + 1
    assert {name: stance[0] for name, stance in ours.stances.items()} == {f"D{int(name[1:]) + 1}": stance for name, stance in theirs.stances.items()}
    database.close()
    negotiation.close()
    mine, peer = (median(column) for column in zip(*rows, strict=True))
    said = f"{POSITIONS / mine:,.0f} | {POSITIONS / peer:,.0f} | {median(row[1] / row[0] for row in rows):.1f} x (at least 5)"
    print(f"| the state of one principle from {POSITIONS:,} facts, read and folded | {said} |")


def tables(folder: Path) -> None:
    """Readers' tables from principles."""
    started(folder / "tables")
    fill(folder / "tables", range(PRINCIPLES_READ))
    database = Database(f"sqlite:///{folder / 'tables/parley.db'}")
    reader, negotiation = SqlReader(database), library.Negotiation(env=library.settings(folder / "tables"))
    facts = reader.position()
    negotiation.submit(PRINCIPLES_READ, WORDS)
    own = Projection(database, part("delegations").view())
    all_of_them = [own, *(Projection(database, one.view()) for one in parts()[1:])]
    rows = []
    for _ in range(ROUNDS):
        one = timed(partial(rebuild, own, reader), 1)
        every = timed(lambda: [rebuild(projection, reader) for projection in all_of_them], 1)
        rows.append((one, every, timed(partial(library.projected, folder / "tables", negotiation), 1)))
    with database.reading() as connection:
        texts = [row[0] for row in connection.exec_driver_sql("SELECT text FROM delegations_principle ORDER BY number")]
    assert texts == library.projected(folder / "tables", negotiation) == [f"{number}. {WORDS}" for number in range(PRINCIPLES_READ)]
    database.close()
    negotiation.close()
    one, every, peer = (median(column) for column in zip(*rows, strict=True))
    for label, place, seconds in (("the tables of the delegations service", 0, one), ("the tables of all four services", 1, every)):
        ratio = median((row[2] / PRINCIPLES_READ) / (row[place] / facts) for row in rows)
        print(f"| {label}, from {facts:,} facts | {facts / seconds:,.0f} | {PRINCIPLES_READ / peer:,.0f} | {ratio:.1f} x (at least 5) |")


def growth(folder: Path) -> None:
    """All tables from ever longer records; what comes out twice is the same."""
    started(folder / "growth")
    filled, taken, sizes = 0, [], []
    for size in SIZES:
        fill(folder / "growth", range(filled, size))
        filled = size
        database = Database(f"sqlite:///{folder / 'growth/parley.db'}")
        reader, projections = SqlReader(database), [Projection(database, one.view()) for one in parts()]
        sizes.append(reader.position())
        taken.append(timed(lambda made=projections, read=reader: [rebuild(one, read) for one in made], 1))
        first = [hash_of_view(database, projection) for projection in projections]
        if size < SIZES[-1]:
            for projection in projections:
                rebuild(projection, reader)
            assert [hash_of_view(database, projection) for projection in projections] == first
        database.close()
    print("\n| facts | all views anew | facts/s |\n|---|---|---|")
    for size, seconds in zip(sizes, taken, strict=True):
        print(f"| {size:,} | {seconds:.2f} s | {size / seconds:,.0f} |")
    print(f"\nGrowth exponent {exponent(sizes, taken):.2f}. Texts and stances are equal to the library's; views built twice have the same hash.")
    draw("replay", "All views built anew", "facts", "seconds", {"Parley": list(zip(sizes, taken, strict=True))})


def started(folder: Path) -> None:
    """A record with a negotiation and twenty-one heads of delegation."""
    with parley(folder, 21):
        pass


def main() -> None:
    """Measure, print and draw."""
    with tempfile.TemporaryDirectory() as name:
        print("| facts a second | Parley | `eventsourcing` on SQLite | ratio |\n|---|---|---|---|")
        state(Path(name))
        tables(Path(name))
        growth(Path(name))


if __name__ == "__main__":
    main()
