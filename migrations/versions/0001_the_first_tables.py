"""The first tables.

There is no data yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conference",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tagline", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("conduct", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("stars_shown", sa.Text(), nullable=False),
        sa.Column("capacity", NUMBER, nullable=True),
        sa.Column("shirt_sizes", sa.JSON(), nullable=False),
        sa.Column("shirts_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wall_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wall_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stars_open_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stars_close_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("schedule_expected_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stars_shown IN ('always', 'after_wall', 'never')", name=op.f("ck_conference_stars_shown")),
        sa.CheckConstraint("capacity IS NULL OR capacity >= 0", name=op.f("ck_conference_capacity_not_negative")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_conference_ends_after_start")),
        sa.CheckConstraint(
            "latitude IS NULL OR (latitude >= -90 AND latitude <= 90)", name=op.f("ck_conference_latitude")
        ),
        sa.CheckConstraint(
            "longitude IS NULL OR (longitude >= -180 AND longitude <= 180)", name=op.f("ck_conference_longitude")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference")),
        sa.UniqueConstraint("slug", name=op.f("uq_conference_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "person",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_key", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name <> '' OR erased_at IS NOT NULL", name=op.f("ck_person_has_a_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_key", name=op.f("uq_person_email_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sign_in_code",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        sa.Column("next_path", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_guesses", NUMBER, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_code")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_sign_in_code_link_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_in_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_code_email_key"), ["email_key"], unique=False)

    op.create_table(
        "change",
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("revision", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", NUMBER, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_change_actor_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_change_conference_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conference_id", "revision", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index("ix_change_subject", ["conference_id", "subject"], unique=False)

    op.create_table(
        "device",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_device_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_person_id"), ["person_id"], unique=False)

    op.create_table(
        "feed_token",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_feed_token_conference_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_feed_token_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_token_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("feed_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "letter",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", NUMBER, nullable=True),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_letter_waiting", ["sent_at", "given_up_at", "due_at"], unique=False)

    op.create_table(
        "log_head",
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_log_head_conference_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conference_id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "publication",
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_publication_conference_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conference_id", name=op.f("pk_publication")),
    )
    op.create_table(
        "registration",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("queued_revision", NUMBER, nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conduct_agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shirt_size", sa.Text(), nullable=True),
        sa.Column("diets", sa.JSON(), nullable=False),
        sa.Column("diet_note", sa.Text(), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('coming', 'waiting', 'cancelled')", name=op.f("ck_registration_state")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_registration_conference_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_registration_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("conference_id", "person_id", name="one_registration_each"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index("ix_registration_line", ["conference_id", "state", "queued_revision"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_person_id"), ["person_id"], unique=False)

    op.create_table(
        "role",
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('organizer', 'helper')", name=op.f("ck_role_kind")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_role_conference_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conference_id", "person_id", name=op.f("pk_role")),
    )
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_person_id"), ["person_id"], unique=False)

    op.create_table(
        "room",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seats", NUMBER, nullable=False),
        sa.Column("equipment", sa.JSON(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("where", sa.Text(), nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.CheckConstraint("seats >= 1 AND seats <= 100000", name=op.f("ck_room_seats")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_room_conference_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("conference_id", "key", name=op.f("uq_room_conference_id_key")),
        sa.UniqueConstraint("conference_id", "name", name=op.f("uq_room_conference_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "slot",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('talks', 'break', 'meal')", name=op.f("ck_slot_kind")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_slot_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_slot_conference_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("conference_id", "starts_at", name=op.f("uq_slot_conference_id_starts_at")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sponsor",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("gives", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_sponsor_conference_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsor")),
        sa.UniqueConstraint("conference_id", "name", name=op.f("uq_sponsor_conference_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "version",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("publisher_id", NUMBER, nullable=True),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_version_conference_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["person.id"], name=op.f("fk_version_publisher_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("conference_id", "number", name=op.f("uq_version_conference_id_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_publisher_id"), ["publisher_id"], unique=False)

    op.create_table(
        "closure",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("room_id", NUMBER, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_closure_ends_after_start")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_closure_room_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("closure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closure_room_id"), ["room_id"], unique=False)

    op.create_table(
        "note",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("author_id", NUMBER, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("length", NUMBER, nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("wanted_room_id", NUMBER, nullable=True),
        sa.Column("wanted_slot_id", NUMBER, nullable=True),
        sa.Column("star_count", NUMBER, nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("format IN ('talk', 'discussion', 'workshop', 'lightning')", name=op.f("ck_note_format")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_note_has_a_title")),
        sa.CheckConstraint("length >= 1 AND length <= 4", name=op.f("ck_note_length")),
        sa.CheckConstraint("star_count >= 0", name=op.f("ck_note_star_count")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_note_author_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_note_conference_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["wanted_room_id"], ["room.id"], name=op.f("fk_note_wanted_room_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["wanted_slot_id"], ["slot.id"], name=op.f("fk_note_wanted_slot_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("uid", name=op.f("uq_note_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_note_wall", ["conference_id", "posted_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_wanted_room_id"), ["wanted_room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_wanted_slot_id"), ["wanted_slot_id"], unique=False)

    op.create_table(
        "registration_meal",
        sa.Column("registration_id", NUMBER, nullable=False),
        sa.Column("slot_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_meal_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slot.id"], name=op.f("fk_registration_meal_slot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("registration_id", "slot_id", name=op.f("pk_registration_meal")),
    )
    with op.batch_alter_table("registration_meal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_meal_slot_id"), ["slot_id"], unique=False)

    op.create_table(
        "copresenter",
        sa.Column("note_id", NUMBER, nullable=False),
        sa.Column("position", NUMBER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_copresenter_note_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("note_id", "position", name=op.f("pk_copresenter")),
    )
    op.create_table(
        "entry",
        sa.Column("note_id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_id", NUMBER, nullable=True),
        sa.Column("room_id", NUMBER, nullable=True),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("hosts", sa.Text(), nullable=False),
        sa.Column("moved_from", sa.JSON(), nullable=True),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fragment", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("state IN ('on', 'cancelled', 'hidden')", name=op.f("ck_entry_state")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_entry_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_entry_conference_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_entry_note_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_entry_room_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_entry_slot_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_entry")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index("ix_entry_day", ["conference_id", "starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_room_id"), ["room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_slot_id"), ["slot_id"], unique=False)

    op.create_table(
        "note_away",
        sa.Column("note_id", NUMBER, nullable=False),
        sa.Column("slot_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_away_note_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_note_away_slot_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("note_id", "slot_id", name=op.f("pk_note_away")),
    )
    with op.batch_alter_table("note_away", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_away_slot_id"), ["slot_id"], unique=False)

    op.create_table(
        "note_tag",
        sa.Column("note_id", NUMBER, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_tag_note_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("note_id", "tag", name=op.f("pk_note_tag")),
    )
    with op.batch_alter_table("note_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_tag_tag"), ["tag"], unique=False)

    op.create_table(
        "placement",
        sa.Column("note_id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, nullable=False),
        sa.Column("slot_id", NUMBER, nullable=False),
        sa.Column("room_id", NUMBER, nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_placement_conference_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_placement_note_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_placement_room_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_placement_slot_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_placement")),
    )
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placement_conference_id"), ["conference_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_placement_room_id"), ["room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_placement_slot_id"), ["slot_id"], unique=False)

    op.create_table(
        "star",
        sa.Column("note_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_star_note_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_star_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("note_id", "person_id", name=op.f("pk_star")),
    )
    with op.batch_alter_table("star", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_star_person_id"), ["person_id"], unique=False)

    op.create_table(
        "cell",
        sa.Column("slot_id", NUMBER, nullable=False),
        sa.Column("room_id", NUMBER, nullable=False),
        sa.Column("note_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["placement.note_id"], name=op.f("fk_cell_note_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_cell_room_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_cell_slot_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slot_id", "room_id", name=op.f("pk_cell")),
    )
    with op.batch_alter_table("cell", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cell_note_id"), ["note_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cell_room_id"), ["room_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("cell", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cell_room_id"))
        batch_op.drop_index(batch_op.f("ix_cell_note_id"))

    op.drop_table("cell")
    with op.batch_alter_table("star", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_star_person_id"))

    op.drop_table("star")
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_placement_slot_id"))
        batch_op.drop_index(batch_op.f("ix_placement_room_id"))
        batch_op.drop_index(batch_op.f("ix_placement_conference_id"))

    op.drop_table("placement")
    with op.batch_alter_table("note_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_tag_tag"))

    op.drop_table("note_tag")
    with op.batch_alter_table("note_away", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_away_slot_id"))

    op.drop_table("note_away")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_slot_id"))
        batch_op.drop_index(batch_op.f("ix_entry_room_id"))
        batch_op.drop_index("ix_entry_day")

    op.drop_table("entry")
    op.drop_table("copresenter")
    with op.batch_alter_table("registration_meal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_meal_slot_id"))

    op.drop_table("registration_meal")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_wanted_slot_id"))
        batch_op.drop_index(batch_op.f("ix_note_wanted_room_id"))
        batch_op.drop_index("ix_note_wall")
        batch_op.drop_index(batch_op.f("ix_note_author_id"))

    op.drop_table("note")
    with op.batch_alter_table("closure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closure_room_id"))

    op.drop_table("closure")
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_publisher_id"))

    op.drop_table("version")
    op.drop_table("sponsor")
    op.drop_table("slot")
    op.drop_table("room")
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_person_id"))

    op.drop_table("role")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_person_id"))
        batch_op.drop_index("ix_registration_line")

    op.drop_table("registration")
    op.drop_table("publication")
    op.drop_table("log_head")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_waiting")
        batch_op.drop_index(batch_op.f("ix_letter_person_id"))

    op.drop_table("letter")
    with op.batch_alter_table("feed_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_token_person_id"))

    op.drop_table("feed_token")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_person_id"))

    op.drop_table("device")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index("ix_change_subject")
        batch_op.drop_index(batch_op.f("ix_change_actor_id"))

    op.drop_table("change")
    with op.batch_alter_table("sign_in_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_code_email_key"))

    op.drop_table("sign_in_code")
    op.drop_table("person")
    op.drop_table("conference")
