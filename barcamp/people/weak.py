"""Passwords that everybody tries first: words that many choose, one's own name, what fingers find by themselves.

Of the thousands most often found in leaks, those long enough to be taken here are nearly all made this way: a word or
two of a few hundred, with figures and signs around it, or a run along the keys. So this looks for how they are made and
needs no list of them. What it lets through may still be one that has leaked somewhere: only a service that knows those
could tell, and nothing about passwords leaves this site.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable

#: Fewer different characters than this is a pattern, not a password.
FEWEST = 5
#: Where fingers and thoughts run along.
_RUNS = (
    "01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm",
    "azertyuiop", "qsdfghjklm", "wxcvbn", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "1qaz2wsx3edc4rfv5tgb6yhn",
    "zaq1xsw2cde3vfr4bgt5nhy6", "qazwsxedcrfvtgb", "zaqxswcdevfr", "qweasdzxc", "147258369", "789456123", "159357",
)  # fmt: skip
#: Words that make up the passwords found most often, and those of this place.
_WORDS = frozenset(
    """
    barcamp barcamps camp conference session sessions wall note notes sticky schedule schedules speaker organizer
    organiser helper attendee unconference opensource
    password passwort passwd pass parola senha contrasena contraseña motdepasse wachtwoord haslo geheim secret secreto
    secure security private login logon signin welcome willkommen bienvenue bienvenido hello hallo bonjour hola access
    admin administrator administrador root user guest test testing tester temp changeme change default computer internet
    server system master hacker windows microsoft google facebook samsung apple android iphone linux ubuntu oracle cisco
    youtube linkedin myspace twitter yahoo gmail hotmail
    letmein trustno iloveyou iloveu loveyou love lovely lover lovers forever always baby babygirl babyboy honey sweet
    sweetheart darling princess prince queen king angel angels heart hearts beautiful sexy fuckyou fuckme fuck fucker
    bitch asshole bullshit whatever nothing something anything
    summer winter spring autumn fall sunshine sunflower sunday monday tuesday wednesday thursday friday saturday january
    february march april may june july august september october november december
    football soccer baseball basketball volleyball hockey tennis golf rugby cricket swimming skateboard snowboard
    lakers yankees cowboys steelers eagles packers redsox dodgers arsenal chelsea liverpool manchester united
    barcelona madrid juventus benfica celtic rangers everton tottenham
    dragon monkey tiger lion eagle shadow butterfly dolphin elephant horse puppy kitty kitten kittycat bunny rabbit
    turtle panda wolf falcon phoenix unicorn spider
    superman batman spiderman ironman starwars startrek pokemon pikachu naruto mickey mouse minnie snoopy garfield
    spongebob simpsons harry potter harrypotter hogwarts gandalf matrix terminator skywalker darth vader jedi
    michael michelle jessica jennifer ashley amanda nicole daniel daniela joshua andrew matthew anthony christopher
    christian christina jonathan alexander alexandra alexandre elizabeth stephanie samantha brandon justin jordan
    thomas robert william charlie charlotte richard patrick martin martina maria mariana mario marina gabriel gabriela
    victoria vanessa veronica natalie natasha catherine caroline carolina isabella sebastian francisco fernando fernanda
    alejandro alejandra roberto ricardo eduardo antonio carlos george james john david peter paul anna andrea andreas
    sarah sandra laura barbara rebecca rachel hannah benjamin nicholas dominic maxwell freddie
    music guitar piano metallica nirvana slipknot eminem beatles blink rock rockstar rocknroll hiphop
    chocolate cookie cookies cheese banana strawberry orange cherry pepper ginger peanut coffee pizza sugar candy
    diamond silver golden purple yellow orange black white green blue red pink rainbow
    mercedes porsche ferrari mustang corvette harley yamaha honda toyota
    computer merlin wizard magic master mystery killer warrior ninja samurai pirate soldier marine hunter hunting
    fishing police fireman doctor teacher student school college university summercamp family mother father brother
    sister friend friends friendship freedom peace happy lucky smile smiley success winner champion number one two
    three four five six seven eight nine ten hundred thousand jesus christ jesuschrist god heaven faith blessed
    church bible america american canada germany england france brasil mexico california texas florida newyork chicago
    london paris and the you are not this that with for from your myself
    super great best good bad big little my
    """.split()  # noqa: SIM905 - read as a text, and added to as one
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def is_weak(password: str, *own: str) -> bool:
    """Whether a password is one of those. `own` is what others know about who chose it: their name, their address."""
    text = unicodedata.normalize("NFKC", password).casefold()
    return len(set(text)) < FEWEST or _is_repeated(text) or _runs_along(text) or _is_of_words(text, _parts(own))


def _is_repeated(text: str) -> bool:
    """ "barkbarkbark": a short piece again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _runs_along(text: str) -> bool:
    """Nothing but pieces of four or more of such runs, to and fro."""
    ways = [run for way in _RUNS for run in (way, way[::-1])]
    place = 0
    while place < len(text):
        piece = next((end for end in range(len(text), place + 3, -1) if any(text[place:end] in way for way in ways)), 0)
        if not piece:
            return False
        place = piece
    return True


def _is_of_words(text: str, own: frozenset[str]) -> bool:
    """Nothing but such words, once figures and signs around and between them are taken away, or read as letters."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    known = _WORDS | own
    spellings = {
        _AROUND.sub("", plain),
        _AROUND.sub("", plain).translate(_LEET),
        _AROUND.sub("", plain.translate(_LEET)),
    }
    return any(_splits("".join(filter(str.isalpha, one)), known) for one in spellings)


def _splits(letters: str, known: frozenset[str]) -> bool:
    """Whether the letters are words of these, one after the other; no letters at all are."""
    longest = max(map(len, known))
    ends = {0}
    for end in range(1, len(letters) + 1):
        if any(start in ends and letters[start:end] in known for start in range(max(0, end - longest), end)):
            ends.add(end)
    return len(letters) in ends


def _parts(own: Iterable[str]) -> frozenset[str]:
    """The words in a name or an address, each by itself."""
    words = itertools.chain.from_iterable(re.split(r"[\W\d_]+", text.casefold()) for text in own)
    return frozenset(word for word in words if len(word) > 1)
