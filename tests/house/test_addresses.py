"""No address vanishes: calendars, scripts and printed codes rely on these. One that moves leaves a redirect behind."""

from __future__ import annotations

from flask import Flask

from tests.house.rules import routes

# (methods, address, endpoint); add to it freely, take nothing out without a redirect or an alias
KEPT = [
    ("GET", "/", "home.index"),
    ("GET", "/healthz", "home.healthz"),
    ("GET", "/readyz", "home.readyz"),
    ("GET", "/metrics", "watch.metrics"),
    ("GET", "/.well-known/security.txt", "home.security_txt"),
    ("GET", "/robots.txt", "home.robots_txt"),
    ("GET", "/register", "people.register"),
    ("GET", "/sign-in", "people.sign_in"),
    ("POST", "/sign-out", "people.sign_out"),
    ("GET", "/sign-in/link/<token>", "people.link"),
    ("POST", "/sign-in/link/<token>", "people.use_link"),
    ("GET", "/account", "people.account"),
    ("GET", "/account/export", "people.export"),
    ("GET", "/conferences/new", "conferences.new"),
    ("GET", "/<slug:slug>/", "conferences.show"),
    ("GET", "/<slug:slug>/organize/", "organize.overview"),
    ("GET", "/<slug:slug>/organize/settings", "conferences.edit"),
    ("GET", "/<slug:slug>/organize/rooms", "venue.rooms"),
    ("GET", "/<slug:slug>/organize/slots", "venue.slots"),
    ("GET", "/<slug:slug>/organize/status", "watch.show"),
    ("GET", "/<slug:slug>/organize/registrations", "registration.listing"),
    ("GET", "/<slug:slug>/organize/registrations.csv", "registration.download"),
    ("GET", "/<slug:slug>/organize/publish", "schedule.publishing"),
    ("POST", "/<slug:slug>/organize/publish", "schedule.publish"),
    ("GET", "/<slug:slug>/register", "registration.show"),
    ("GET", "/<slug:slug>/people", "registration.people"),
    ("GET", "/<slug:slug>/wall", "wall.show"),
    ("GET", "/<slug:slug>/wall/new", "wall.new"),
    ("POST", "/<slug:slug>/wall/notes", "wall.post"),
    ("GET", "/<slug:slug>/notes/<id:note_id>", "wall.note"),
    ("PUT", "/<slug:slug>/notes/<id:note_id>/star", "wall.put_star"),
    ("DELETE", "/<slug:slug>/notes/<id:note_id>/star", "wall.delete_star"),
    ("POST", "/<slug:slug>/notes/<id:note_id>/star", "wall.star"),
    ("POST", "/<slug:slug>/notes/<id:note_id>/unstar", "wall.unstar"),
    ("GET", "/<slug:slug>/board", "board.show"),
    ("POST", "/<slug:slug>/board/arrangements", "board.arrange"),
    ("PUT", "/<slug:slug>/board/notes/<id:note_id>/placement", "board.put_placement"),
    ("DELETE", "/<slug:slug>/board/notes/<id:note_id>/placement", "board.delete_placement"),
    ("GET", "/<slug:slug>/live", "live.live"),
    ("GET", "/<slug:slug>/changes", "live.changes"),
    ("GET", "/<slug:slug>/schedule", "schedule.show"),
    ("GET", "/<slug:slug>/schedule.ics", "feeds.schedule_ics"),
    ("GET", "/<slug:slug>/rooms/<room>.ics", "feeds.room_ics"),
    ("GET", "/<slug:slug>/tags/<tag>.ics", "feeds.tag_ics"),
    ("GET", "/speakers/<name>.ics", "feeds.speaker_ics"),
    ("GET", "/conferences.ics", "feeds.conferences_ics"),
    ("GET", "/<slug:slug>/schedule.xml", "feeds.schedule_xml"),
    ("GET", "/<slug:slug>/schedule.json", "feeds.schedule_json"),
    ("GET", "/<slug:slug>/schedule.jcal.json", "feeds.schedule_jcal"),
    ("GET", "/<slug:slug>/schedule.csv", "feeds.schedule_csv"),
    ("GET", "/<slug:slug>/changes.atom", "feeds.changes_atom"),
    ("GET", "/conferences.atom", "feeds.conferences_atom"),
    ("GET", "/<slug:slug>/embed", "feeds.embed"),
    ("GET", "/oembed", "feeds.oembed_answer"),
    ("GET", "/<slug:slug>/subscribe", "feeds.subscribe"),
    ("GET", "/<slug:slug>/me", "agenda.show"),
    ("GET", "/feeds/<token>.ics", "feeds.agenda_ics"),
    ("GET", "/speakers", "speakers.index"),
    ("GET", "/speakers/<slug:name>", "speakers.show"),
    ("GET", "/speakers/<slug:name>.json", "speakers.json"),
    ("GET", "/speakers/<slug:name>.atom", "speakers.atom"),
    ("GET", "/speakers/<slug:name>/embed", "speakers.embed"),
    ("GET", "/speakers/<slug:name>/picture", "speakers.picture"),
    ("GET", "/account/speaker", "speakers.profile"),
    ("GET", "/account/speaker/talks", "speakers.talks_elsewhere"),
    ("GET", "/account/speaker/talks.csv", "speakers.talks_csv"),
    ("GET", "/account/speaker/talks/paste", "speakers.paste"),
    ("GET", "/account/speaker/calendars", "speakers.talk_sources"),
    ("GET", "/<slug:slug>/notes/<id:note_id>/links", "speakers.links"),
    ("GET", "/news", "news.inbox"),
    ("GET", "/news/choices", "news.choices"),
    ("GET", "/news/unsubscribe/<token>", "news.unsubscribe"),
    ("POST", "/news/unsubscribe/<token>", "news.stop_letters"),
    ("GET", "/sw.js", "news.worker"),
    ("GET", "/<slug:slug>/organize/news", "news.announcements"),
    ("GET", "/<slug:slug>/organize/imports", "imports.listing"),
    ("GET", "/<slug:slug>/organize/imports/<id:import_id>", "imports.show"),
]


def test_no_address_vanishes(app: Flask) -> None:
    there = {(route.method, route.rule, route.endpoint) for route in routes(app)}
    assert [kept for kept in KEPT if kept not in there] == []


def test_no_two_routes_share_an_address(app: Flask) -> None:
    seen = [(route.method, route.rule) for route in routes(app)]
    assert sorted(seen) == sorted(set(seen))
