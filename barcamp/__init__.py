"""BarCamp: notes on a wall, stars on notes, a schedule by popularity. Read `create_app` like a table of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from barcamp.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The whole site as a WSGI application. Whoever forks after it calls `processes.share` first."""
    # imported here, so that `import barcamp` alone needs nothing installed
    from flask import Flask

    from barcamp import cli, db, jobs
    from barcamp.agenda.routes import blueprint as agenda
    from barcamp.board.routes import blueprint as board
    from barcamp.conferences.routes import blueprint as conferences
    from barcamp.feeds.routes import blueprint as feeds
    from barcamp.front import shared as front
    from barcamp.home.routes import blueprint as home
    from barcamp.imports.routes import blueprint as imports
    from barcamp.live import hub
    from barcamp.live.routes import blueprint as live
    from barcamp.news.routes import blueprint as news
    from barcamp.organize.routes import blueprint as organize
    from barcamp.people.routes import blueprint as people
    from barcamp.registration.routes import blueprint as registration
    from barcamp.schedule.routes import blueprint as schedule
    from barcamp.screens.routes import blueprint as screens
    from barcamp.settings import PROJECT, from_environment
    from barcamp.speakers.routes import blueprint as speakers
    from barcamp.venue.routes import blueprint as venue
    from barcamp.wall.routes import blueprint as wall
    from barcamp.watch import install as watching
    from barcamp.watch.routes import blueprint as watch
    from barcamp.web import install

    settings = settings or from_environment()
    app = Flask("barcamp", template_folder=str(PROJECT / "templates"), static_folder=str(PROJECT / "static"))
    app.extensions["settings"] = settings
    app.extensions["store"] = db.Store(settings.database_url, settings.base_url)
    app.teardown_appcontext(db.teardown)

    install.everything(app, settings)
    jobs.install(app, settings)
    hub.install(app, settings)
    cli.install(app)
    for blueprint in (
        people, conferences, venue, registration, wall, schedule, speakers, feeds, imports, news, live, agenda, board,
        screens, organize, watch, home,
    ):  # fmt: skip
        app.register_blueprint(blueprint)
    front.install(app)
    install.behind_proxies(app, settings)
    watching.install(app, settings)
    return app
