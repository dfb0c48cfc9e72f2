"""Three web machines: people go from one to the other, as behind a proxy, and cannot tell."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPException

import pytest

from tests.machines.fleet import Browser, Ear, Machines, until

pytestmark = pytest.mark.slow
A, B, C = range(3)
EVERYWHERE = (A, B, C)


@pytest.fixture(scope="module")
def crowd(machines: Machines) -> list[Browser]:
    """Twelve people, all signed in on the same machine."""
    return machines.browsers(*(f"person{number}@example.org" for number in range(12)), on=A)


@pytest.fixture
def ada(crowd: list[Browser]) -> Browser:
    return crowd[-1]


def head(machines: Machines) -> int:
    ((revision,),) = machines.rows("SELECT revision FROM log_head JOIN conference c ON c.id = conference_id"
                                   " WHERE slug = 'beaver'")  # fmt: skip
    return int(revision)


def has_come_to(ear: Ear, revision: int) -> bool:
    return bool(ear.ids) and ear.ids[-1] >= revision


def shows(ear: Ear, note: int, stars: int) -> bool:
    return ear.counts.get(str(note)) == stars


def has_on_its_wall(guest: Browser, on: int, title: str) -> bool:
    return title in guest.get("/beaver/wall", on=on).text


def a_note(machines: Machines) -> int:
    """One of the demo's that nobody here presents."""
    return int(machines.rows("SELECT min(id) FROM note WHERE seeks_host = false AND block_id IS NULL")[0][0])


def test_they_started_at_once_on_an_empty_database_and_loaded_one_demo(machines: Machines) -> None:
    assert machines.rows("SELECT slug FROM conference WHERE slug = 'beaver'") == [("beaver",)]
    assert [machines.guest().get("/readyz", on=on).status for on in EVERYWHERE] == [200] * 3
    assert sum("Loading the demo" in one.said() for one in machines.webs) == 1


def test_a_sign_in_on_one_is_a_sign_in_on_all_and_ends_on_all(machines: Machines) -> None:
    (here,), (there,) = (machines.browsers("bo@example.org", on=on) for on in (A, C))
    assert [one.get("/account", on=on).status for on in EVERYWHERE for one in (here, there)] == [200] * 6
    assert here.post("/account/sign-out-everywhere", {}, on=A).status == 303
    assert [there.get("/account", on=on).status for on in EVERYWHERE] == [303] * 3
    assert there.get("/account", on=B).headers["Location"].startswith("/sign-in")


def test_a_form_of_one_is_taken_by_the_others(machines: Machines, ada: Browser) -> None:
    token = ada.token(on=A)
    answer = ada.post("/beaver/wall/notes", {"title": "A form from elsewhere"}, on=B, token=token)
    assert answer.status == 303
    assert ada.get(answer.headers["Location"], on=C).status == 200
    assert ada.post("/beaver/wall/notes", {"title": "No such form"}, on=B, token="made up").status == 400


def test_whoever_posts_where_everybody_hears_everything_in_order(machines: Machines, crowd: list[Browser]) -> None:
    writers = crowd[:3]
    since = head(machines)
    ears = [machines.guest().listen(on=on) for on in EVERYWHERE]

    def post(number: int) -> None:
        token = writers[number].token(on=number)
        for turn in range(6):
            sent = writers[number].post(
                "/beaver/wall/notes", {"title": f"Heard {number}-{turn}"}, on=(number + turn) % 3, token=token
            )
            assert sent.status == 303, sent.text

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(post, range(3)))
    last = head(machines)
    assert last == since + 18
    for ear in ears:
        with closing(ear):
            until(partial(has_come_to, ear, last))
            assert ear.ids == list(range(since + 1, last + 1))


def test_who_comes_again_to_another_one_misses_nothing(machines: Machines, ada: Browser) -> None:
    since = head(machines)
    for number in range(3):
        assert ada.post("/beaver/wall/notes", {"title": f"While away {number}"}, on=number).status == 303
    with closing(machines.guest().listen(on=C, since=since)) as ear:
        until(lambda: len(ear.ids) >= 3)
        assert ear.ids == [since + 1, since + 2, since + 3]


def test_a_star_is_on_the_walls_of_all_and_given_twice_it_counts_once(machines: Machines, crowd: list[Browser]) -> None:
    note, people = a_note(machines), crowd[:4]
    machines.change("UPDATE conference SET stars_shown = 'always'")
    ((before,),) = machines.rows("SELECT star_count FROM note WHERE id = %s", note)
    ears = [machines.guest().listen(on=on) for on in EVERYWHERE]
    tokens = [one.token(on=A) for one in people]
    with ThreadPoolExecutor(12) as pool:  # each of them on all three at the same moment
        asked = [
            pool.submit(one.star, note, on=on, token=token)
            for one, token in zip(people, tokens, strict=True)
            for on in EVERYWHERE
        ]
        assert [one.result().status for one in asked] == [200] * 12
    for ear in ears:
        with closing(ear):
            until(partial(shows, ear, note, before + 4))
    assert machines.rows("SELECT count(*) FROM star WHERE note_id = %s", note)[0][0] == before + 4

    with ThreadPoolExecutor(12) as pool:
        asked = [
            pool.submit(one.star, note, on=on, token=token, method="DELETE")
            for one, token in zip(people, tokens, strict=True)
            for on in EVERYWHERE
        ]
        assert [one.result().status for one in asked] == [200] * 12
    assert machines.rows("SELECT star_count FROM note WHERE id = %s", note) == [(before,)]


def test_a_guest_sees_on_one_what_was_committed_on_another(machines: Machines, ada: Browser) -> None:
    """Pages from kept bytes are kept by each machine."""
    guest = machines.guest()
    assert [guest.get("/beaver/wall", on=on).status for on in EVERYWHERE] == [200] * 3
    for number, on in enumerate(EVERYWHERE):
        title = f"Seen by guests {number}"
        assert ada.post("/beaver/wall/notes", {"title": title}, on=on).status == 303
        for other in EVERYWHERE:
            until(partial(has_on_its_wall, guest, other, title))


def test_limits_are_the_same_however_many_machines_one_asks(machines: Machines, ada: Browser) -> None:
    path, token = f"/beaver/notes/{a_note(machines)}/comments", ada.token(on=A)
    statuses = [
        ada.post(path, {"text": f"Question {number}?"}, on=number % 3, token=token).status for number in range(9)
    ]
    assert (statuses.count(303), statuses[:6]) == (6, [303] * 6)
    assert set(statuses[6:]) == {429}


def test_one_is_killed_under_load_nothing_is_lost_and_the_others_go_on(
    machines: Machines, crowd: list[Browser]
) -> None:
    writers = crowd[4:10]
    tokens = [one.token(on=A) for one in writers]
    said_yes: list[set[str]] = [set() for _ in writers]
    trouble: list[str] = []
    is_dead, is_over = threading.Event(), threading.Event()
    ear = machines.guest().listen(on=B)

    def write(number: int) -> None:
        """As behind a proxy: where one machine does not answer, the next one is asked, about something else."""
        for turn in range(18):
            title, on = f"Loaded {number}-{turn}", (number + turn) % 3
            try:
                answer = writers[number].post("/beaver/wall/notes", {"title": title}, on=on, token=tokens[number])
            except (OSError, HTTPException):
                if not is_dead.is_set() or on != C:
                    trouble.append(f"{title}: machine {on} hung up")
                continue
            if answer.status == 303:
                said_yes[number].add(title)
            else:
                trouble.append(f"{title}: {answer.status}")
            if sum(map(len, said_yes)) >= 30 and not is_dead.is_set():
                is_dead.set()
                for process in machines.webs[C].processes():
                    os.kill(process, signal.SIGKILL)
        is_over.set()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    machines.webs[C].process.wait()

    assert trouble == []
    assert is_dead.is_set()
    yes = set().union(*said_yes)
    there = {title for (title,) in machines.rows("SELECT title FROM note WHERE title LIKE 'Loaded %%'")}
    assert len(yes) >= 60
    assert yes <= there
    assert len(there - yes) <= 6  # each may have had one under way on the machine that died
    last = head(machines)
    with closing(ear):
        until(lambda: ear.ids and ear.ids[-1] >= last)
        assert ear.ids == list(range(last - len(ear.ids) + 1, last + 1))
    assert "nothing wrong." in machines.flask("verify")

    machines.webs[C] = machines.start_web(C)
    assert writers[0].ask("GET", "/account", on=A).status == 200
    assert Browser(machines.ports, writers[0].cookies).get("/account", on=C).status == 200
