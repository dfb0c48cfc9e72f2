"""Fills a pretalx with the conference that bench/pages.py measures; its own shell runs this, with no package of ours.

    python -m pretalx shell --unsafe-disable-scopes < pretalx_fill.py

PEER_SESSIONS names a file of JSON: {"first": date, "days", "zone", "rooms": [name], "sessions": [{"title", "text",
"speaker", "room" (position), "starts", "ends" (ISO 8601)}]}.
"""

import json
import os
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from pretalx.event.models import Event, Organiser
from pretalx.person.models import SpeakerProfile, User
from pretalx.schedule.models import Room
from pretalx.submission.models import Submission

told = json.loads(Path(os.environ["PEER_SESSIONS"]).read_text())
with transaction.atomic():
    first = date.fromisoformat(told["first"])
    event = Event.objects.create(
        name="Bench Camp", slug="bench", organiser=Organiser.objects.create(name="Bench", slug="bench"), is_public=True,
        date_from=first, date_to=first + timedelta(days=told["days"] - 1), timezone=told["zone"], email="a@example.org",
        locale_array="en", locale="en",
    )  # fmt: skip
    event.build_initial_data()
    rooms = [Room.objects.create(event=event, name=name, position=n) for n, name in enumerate(told["rooms"])]
    kind = event.submission_types.first()
    for number, one in enumerate(told["sessions"]):
        speaker = User.objects.create(name=one["speaker"], email=f"speaker{number}@example.org", timezone=told["zone"])
        SpeakerProfile.objects.create(user=speaker, event=event, biography=one["text"])
        talk = Submission.objects.create(
            event=event, title=one["title"], submission_type=kind, abstract=one["text"], content_locale="en"
        )
        talk.speakers.add(speaker)
        talk.accept()
        talk.confirm()
        slot = talk.slots.first()
        slot.start, slot.end = (datetime.fromisoformat(one[key]) for key in ("starts", "ends"))
        slot.room = rooms[one["room"]]
        slot.save()
    event.wip_schedule.freeze("v1")
talks = event.current_schedule.talks
print(f"{event.slug}: {talks.count()} talks; one is {talks.first().submission.code}", flush=True)
