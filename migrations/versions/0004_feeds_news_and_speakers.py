"""Feeds, news and speakers: a conference's own line in calendars, changes nobody was told of, speakers' pages, imports.

Every conference gets a name for calendars. Nobody has a speaker's page until they ask for one; who starred a session
hears of its changes by letter and on the pages until they say otherwise. Going back down, talks elsewhere, inboxes and
former addresses are gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "former_slug", "untold", "head_count", "speaker", "picture", "former_name", "talk_source", "talk", "visit",
    "bulletin", "news", "news_choice", "push_subscription", "push_message", "import",
)  # fmt: skip
COUNTED = ("conference", "note", "letter")  # tables that SQLite counts the ids of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with _altered("conference") as table:
        table.add_column(sa.Column("uid", sa.Text()))
        table.add_column(sa.Column("sequence", NUMBER, server_default=sa.text("0"), nullable=False))
        table.add_column(sa.Column("stamped_at", INSTANT))
        table.add_column(sa.Column("published_at", INSTANT))
        table.add_column(sa.Column("news_due_at", INSTANT))
        table.add_column(sa.Column("news_quiet_minutes", NUMBER, server_default=sa.text("3"), nullable=False))
        table.create_check_constraint("news_quiet_minutes", "news_quiet_minutes >= 0 AND news_quiet_minutes <= 60")
    _name_conferences()
    with _altered("conference") as table:
        table.alter_column("uid", nullable=False)
        table.alter_column("stamped_at", nullable=False)
        table.create_unique_constraint("uq_conference_uid", ["uid"])
    with _altered("note") as table:
        table.add_column(sa.Column("slides_url", sa.Text(), server_default=sa.text("''"), nullable=False))
        table.add_column(sa.Column("recording_url", sa.Text(), server_default=sa.text("''"), nullable=False))
    with _altered("letter") as table:
        table.add_column(sa.Column("calendar", sa.LargeBinary()))
    op.create_table(
        "former_slug",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("conference_id", NUMBER, _to("former_slug", "conference_id", "conference"), nullable=False),
        sa.Column("left_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_former_slug"),
    )
    op.create_index("ix_former_slug_conference_id", "former_slug", ["conference_id"])
    op.create_table(
        "untold",
        sa.Column("note_id", NUMBER, _to("untold", "note_id", "note"), nullable=False),
        sa.Column("conference_id", NUMBER, _to("untold", "conference_id", "conference"), nullable=False),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("note_id", name="pk_untold"),
    )
    op.create_index("ix_untold_conference_id", "untold", ["conference_id"])
    op.create_table(
        "head_count",
        sa.Column("note_id", NUMBER, _to("head_count", "note_id", "note"), nullable=False),
        sa.Column("heads", NUMBER, nullable=False),
        sa.Column("counted_by_id", NUMBER, _to("head_count", "counted_by_id", "person", "SET NULL"), nullable=True),
        sa.Column("counted_at", INSTANT, nullable=False),
        sa.CheckConstraint("heads >= 0 AND heads <= 100000", name="heads"),
        sa.PrimaryKeyConstraint("note_id", name="pk_head_count"),
    )
    op.create_index("ix_head_count_counted_by_id", "head_count", ["counted_by_id"])
    op.create_table(
        "speaker",
        sa.Column("person_id", NUMBER, _to("speaker", "person_id", "person"), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("visits_open", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("revision", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_speaker"),
        sa.UniqueConstraint("slug", name="uq_speaker_slug"),
    )
    op.create_table(
        "picture",
        sa.Column("person_id", NUMBER, _to("picture", "person_id", "person"), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_picture"),
    )
    op.create_table(
        "former_name",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("person_id", NUMBER, _to("former_name", "person_id", "person"), nullable=False),
        sa.Column("left_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_former_name"),
    )
    op.create_index("ix_former_name_person_id", "former_name", ["person_id"])
    op.create_table(
        "talk_source",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, _to("talk_source", "person_id", "person"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("fetched_at", INSTANT, nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("failures", NUMBER, nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'good', 'failing')", name="state"),
        sa.PrimaryKeyConstraint("id", name="pk_talk_source"),
        sa.UniqueConstraint("person_id", "url", name="uq_talk_source_person_id_url"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_talk_source_due_at", "talk_source", ["due_at"])
    op.create_table(
        "talk",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("person_id", NUMBER, _to("talk", "person_id", "person"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("conference_url", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=True),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("cospeakers", sa.JSON(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("slides_url", sa.Text(), nullable=False),
        sa.Column("recording_url", sa.Text(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("source_id", NUMBER, _to("talk", "source_id", "talk_source", "SET NULL"), nullable=True),
        sa.Column("source_uid", sa.Text(), nullable=True),
        sa.Column("edited", sa.JSON(), nullable=False),
        sa.Column("gone_at", INSTANT, nullable=True),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("stamped_at", INSTANT, nullable=False),
        sa.Column("fragment", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("title <> ''", name="has_a_title"),
        sa.CheckConstraint(
            "(starts_at IS NULL) = (ends_at IS NULL) AND (starts_at IS NULL) = (zone IS NULL)", name="time"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_talk"),
        sa.UniqueConstraint("source_id", "source_uid", name="uq_talk_source_id_source_uid"),
        sa.UniqueConstraint("uid", name="uq_talk_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_talk_days", "talk", ["person_id", "starts_on"])
    op.create_index("ix_talk_source_id", "talk", ["source_id"])
    op.create_table(
        "visit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("speaker_id", NUMBER, _to("visit", "speaker_id", "speaker", key="person_id"), nullable=False),
        sa.Column("visitor_id", NUMBER, _to("visit", "visitor_id", "person"), nullable=False),
        sa.Column("conference_id", NUMBER, _to("visit", "conference_id", "conference"), nullable=True),
        sa.Column("talk_id", NUMBER, _to("visit", "talk_id", "talk"), nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("(conference_id IS NULL) <> (talk_id IS NULL)", name="one_place"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.UniqueConstraint(
            "speaker_id", "visitor_id", "conference_id", name="uq_visit_speaker_id_visitor_id_conference_id"
        ),
        sa.UniqueConstraint("talk_id", "visitor_id", name="uq_visit_talk_id_visitor_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visit_conference_id", "visit", ["conference_id"])
    op.create_index("ix_visit_visitor_id", "visit", ["visitor_id"])
    op.create_table(
        "bulletin",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, _to("bulletin", "conference_id", "conference"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author_id", NUMBER, _to("bulletin", "author_id", "person", "SET NULL"), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("audience_id", NUMBER, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.Column("readers", NUMBER, nullable=False),
        sa.CheckConstraint("audience IN ('everybody', 'room', 'session')", name="audience"),
        sa.CheckConstraint("kind IN ('changes', 'announcement')", name="kind"),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bulletin_author_id", "bulletin", ["author_id"])
    op.create_index("ix_bulletin_conference_id", "bulletin", ["conference_id"])
    op.create_table(
        "news",
        sa.Column("bulletin_id", NUMBER, _to("news", "bulletin_id", "bulletin"), nullable=False),
        sa.Column("person_id", NUMBER, _to("news", "person_id", "person"), nullable=False),
        sa.Column("note_ids", sa.JSON(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("bulletin_id", "person_id", name="pk_news"),
    )
    op.create_index("ix_news_unread", "news", ["person_id", "read_at"])
    op.create_table(
        "news_choice",
        sa.Column("person_id", NUMBER, _to("news_choice", "person_id", "person"), nullable=False),
        sa.Column("by_mail", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("by_push", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("on_pages", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_news_choice"),
    )
    op.create_table(
        "push_subscription",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, _to("push_subscription", "person_id", "person"), nullable=False),
        sa.Column("device_id", NUMBER, _to("push_subscription", "device_id", "device"), nullable=True),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscription"),
        sa.UniqueConstraint("endpoint", name="uq_push_subscription_endpoint"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_push_subscription_device_id", "push_subscription", ["device_id"])
    op.create_index("ix_push_subscription_person_id", "push_subscription", ["person_id"])
    op.create_table(
        "push_message",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column(
            "subscription_id", NUMBER, _to("push_message", "subscription_id", "push_subscription"), nullable=False
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("given_up_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_push_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_push_message_subscription_id", "push_message", ["subscription_id"])
    op.create_index("ix_push_message_waiting", "push_message", ["sent_at", "given_up_at", "due_at"])
    op.create_table(
        "import",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, _to("import", "conference_id", "conference"), nullable=False),
        sa.Column("asked_by_id", NUMBER, _to("import", "asked_by_id", "person", "SET NULL"), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=True),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("beat_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind IN ('xml', 'json', 'ics')", name="kind"),
        sa.CheckConstraint("state IN ('waiting', 'running', 'ready', 'failed', 'taken', 'discarded')", name="state"),
        sa.PrimaryKeyConstraint("id", name="pk_import"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_import_asked_by_id", "import", ["asked_by_id"])
    op.create_index("ix_import_conference_id", "import", ["conference_id"])


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    with _altered("letter") as table:
        table.drop_column("calendar")
    with _altered("note") as table:
        table.drop_column("recording_url")
        table.drop_column("slides_url")
    with _altered("conference") as table:
        table.drop_constraint("uq_conference_uid", type_="unique")
        table.drop_constraint("news_quiet_minutes", type_="check")
        for column in ("uid", "sequence", "stamped_at", "published_at", "news_due_at", "news_quiet_minutes"):
            table.drop_column(column)


def _name_conferences() -> None:
    """Give every conference a name for calendars, when it was made as its last change, and when it was published."""
    conference = sa.table(
        "conference", sa.column("id"), sa.column("uid"), sa.column("stamped_at"), sa.column("created_at"),
        sa.column("published_at"),
    )  # fmt: skip
    version = sa.table("version", sa.column("conference_id"), sa.column("published_at"))
    connection = op.get_bind()
    for (id_,) in connection.execute(sa.select(conference.c.id)).all():
        named = {"uid": str(uuid4()), "stamped_at": conference.c.created_at}
        connection.execute(sa.update(conference).where(conference.c.id == id_).values(named))
    first = sa.select(sa.func.min(version.c.published_at)).where(version.c.conference_id == conference.c.id)
    connection.execute(sa.update(conference).values(published_at=first.scalar_subquery()))


@contextmanager
def _altered(name: str) -> Iterator[Any]:
    """A table to alter. SQLite makes it anew: it must go on counting its ids where it was."""
    with op.batch_alter_table(name, table_kwargs={"sqlite_autoincrement": name in COUNTED}) as table:
        counted = _last_id(name)
        yield table
    if counted is not None:
        op.execute(
            sa.text("UPDATE sqlite_sequence SET seq = :seq WHERE name = :name").bindparams(seq=counted, name=name)
        )


def _last_id(name: str) -> int | None:
    if op.get_bind().dialect.name != "sqlite":
        return None
    return op.get_bind().execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name}).scalar()


def _to(table: str, column: str, parent: str, then: str = "CASCADE", *, key: str = "id") -> sa.ForeignKey:
    return sa.ForeignKey(f"{parent}.{key}", name=f"fk_{table}_{column}", ondelete=then)
