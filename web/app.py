"""The Flask application of an `Application`."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, redirect, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from web import answering, deadlines, exporting, request_ids, scanning, security
from web.absences.views import blueprint as absences
from web.admin.views import blueprint as admin
from web.api.views import blueprint as api
from web.approvals.views import blueprint as approvals
from web.audit.views import blueprint as audit
from web.auth import ANYONE, Of, allow, gate, sessions, tokens
from web.auth.addresses import blueprint as addresses
from web.auth.factors.stepping import blueprint as second_step
from web.auth.factors.views import blueprint as factors
from web.auth.ldap.views import blueprint as ldap
from web.auth.oidc import client as oidc_client
from web.auth.oidc.views import blueprint as oidc
from web.auth.views import blueprint as auth
from web.boards.registering import blueprint as boards
from web.bootstrap import Application
from web.cases.views import blueprint as cases
from web.codes import with_codes
from web.comments.views import blueprint as comments
from web.demo.views import blueprint as demo
from web.files.addresses import file_numbers
from web.files.views import blueprint as files
from web.frames.views import blueprint as frames
from web.handovers.views import blueprint as handovers
from web.heading import sector_of_page
from web.health import metrics
from web.health.views import blueprint as health
from web.help.views import blueprint as help_pages
from web.inbox.views import blueprint as inbox
from web.incidents.views import blueprint as incidents
from web.letters.views import blueprint as letters
from web.lifecycle.views import blueprint as lifecycle
from web.mails.templates import blueprint as mail_templates
from web.mails.views import blueprint as mails
from web.meetings.views import blueprint as meetings
from web.navigation import menu
from web.network import bearer
from web.numbers import RowId
from web.pages import current
from web.plans.views import blueprint as plans
from web.portal.open_plans import blueprint as open_plans
from web.portal.survey import blueprint as survey
from web.portal.views import blueprint as portal
from web.privacy.views import blueprint as privacy
from web.reminders.views import blueprint as reminders
from web.search.views import blueprint as search
from web.sectors import starting
from web.sectors.views import blueprint as sectors
from web.studio.views import blueprint as studio
from web.systems.columns import blueprint as columns
from web.systems.exports import blueprint as exports
from web.systems.views import blueprint as systems
from web.tokens.views import blueprint as tokens_pages
from web.wellknown.views import blueprint as wellknown
from workflows import spanish
from workflows.documents import prose
from workflows.people import naming
from workflows.sectors.holidays import known_days

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

BLUEPRINTS = (
    auth,
    addresses,
    oidc,
    ldap,
    second_step,
    factors,
    tokens_pages,
    inbox,
    boards,
    plans,
    systems,
    exports,
    columns,
    lifecycle,
    meetings,
    letters,
    mail_templates,
    reminders,
    cases,
    incidents,
    files,
    mails,
    studio,
    admin,
    sectors,
    frames,
    portal,
    open_plans,
    survey,
    demo,
    health,
    wellknown,
    api,
    audit,
    help_pages,
    search,
    absences,
    handovers,
    comments,
    privacy,
    approvals,
)
"""Every room of the web. A new one is added here, and to `web.navigation.MENU` if people enter by the menu."""

FILTERS = {
    "dentro": spanish.inside,
    "dia": spanish.week_day,
    "dia_corto": deadlines.short_day,
    "fecha": spanish.long_day,
    "fecha_iso": lambda day: spanish.long_day(dt.date.fromisoformat(day)),
    "fecha_hora": spanish.long_moment,
    "hora": deadlines.clock_time,
    "numero": spanish.number,
    "magnitud": spanish.magnitude,
    "prosa": prose.read,
    "porcentaje": spanish.percentage,
    "mes": spanish.month_name,
    "enumeracion": spanish.enumeration,
    "persona": naming.called,
    "con_codigos": with_codes,
}
"""How templates write numbers, days, lists and names of people."""


def create_app(application: Application) -> Flask:
    """Build the WSGI application."""
    app = Flask("web")
    app.extensions["cauce"] = application
    app.url_map.converters["int"] = RowId
    app.url_map.converters["file"] = file_numbers(application.config.secret_key)
    request_ids.register(app, application.config)
    metrics.register(app, application)
    security.harden(app, application.config)
    scanning.register(app)
    answering.register(app)
    _sign_ins(app, application)
    if application.config.provider:
        oidc_client.register(app, application.config.provider)
    app.before_request(_know_local_days)
    app.after_request(exporting.as_shown)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.add_url_rule("/", "home", home)
    app.view_functions["static"] = allow(ANYONE, of=Of.NONE)(app.view_functions["static"])
    _templates(app, application)
    _read_once(app, application)
    if application.config.proxies:
        count = application.config.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _read_once(app: Flask, application: Application) -> None:
    """Let all that a request reads, the session included, be one transaction."""
    answer = app.wsgi_app

    def read_once(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with application.database.reading_once():
            return answer(environ, start_response)

    app.wsgi_app = read_once  # type: ignore[method-assign]


def _know_local_days() -> None:
    """A command reckons deadlines with the days as they are, in a process that no worker keeps up to date too."""
    if request.method == "POST":
        application = current()
        with application.database.reading() as session:
            application.calendar.know(known_days(session))


@allow(ANYONE, of=Of.NONE)
def home() -> Response:
    """Staff go to their inbox, whoever administers an empty installation to what is missing, others to the sign-in."""
    if not current_user.is_authenticated:
        return redirect(url_for("auth.sign_in"))
    return redirect(url_for("sectors.start" if starting.is_needed() else "inbox.mine"))


def _sign_ins(app: Flask, application: Application) -> None:
    manager = LoginManager()
    # The gate of web.auth decides what to do with strangers.
    manager.session_protection = None
    database, clock = application.database, application.clock
    # Neither opens the other's door: a page takes no token, and what is for programs no cookie.
    manager.user_loader(lambda token: None if gate.is_for_programs() else sessions.load(database, clock, token))
    manager.request_loader(lambda sent: tokens.load(database, clock, bearer(sent)) if gate.is_for_programs() else None)
    manager.init_app(app)


def _templates(app: Flask, application: Application) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    static = Path(app.static_folder or "")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 365 * 24 * 3600

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=_digest(static / name))

    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["files_of"] = exporting.files_of

    def context() -> dict[str, Any]:
        return {
            "menu": menu,
            "sector_of_page": sector_of_page,
            "has_asset": lambda name: (static / name).is_file(),
            "site": application.config.base_url,
            "demo": application.is_demo,
            "simulated_now": application.clock.now,
            "provider_name": application.config.provider.name if application.config.provider else "",
            "directory_name": application.config.directory.name if application.config.directory else "",
            "uses_passwords": application.config.local_accounts,
        }

    app.context_processor(context)


@lru_cache(maxsize=200)
def _digest(path: Path) -> str:
    """What makes the address of a file change with its content, so that browsers may keep it for a year."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "0"
