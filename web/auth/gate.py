"""The gate that every request passes: what its view declares, whose the thing is, the session, the form's token."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import abort, current_app, g, jsonify, make_response, redirect, request, url_for
from flask_login import current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from notifications.hosts import is_loopback
from web.auth.access import DEMO, Access, Of, declared
from web.auth.demo import companies
from web.auth.factors import passkeys
from web.auth.held import HeldRequest, hold, seal
from web.auth.owners import ABSENT, INSTALLATION, SECTOR_OF, Owner, Values
from web.errors import OutOfScope, UnknownPage, UnknownToken, UnwritableField
from web.pages import current, page, person, wants_json
from workflows.auditing.origin import origin
from workflows.documents.letters import UnwritableText, received
from workflows.errors import Forbidden
from workflows.people.roles import INSTALLATION_ADMINISTRATOR

NOT_EVERYWHERE = (
    "Esa persona también tiene roles en otro sector. Pídalo a quien administra la instalación, o quítele antes los "
    "de su sector."
)
BEFORE_SECOND_STEP = frozenset(
    {"factors.show", "factors.begin_app", "factors.ask_passkey", "factors.keep_passkey", "auth.fresh_token"}
)
"""All that is open to who may not do without a second step and has none."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

csrf = CSRFProtect()


def guard() -> Any:
    """Let the request reach its view only if the view's declaration and the CSRF token allow it."""
    if request.endpoint is None:
        return None  # Flask answers 404 or 405
    access = declared(current_app.view_functions[request.endpoint])
    if access is None or not access.who or (DEMO in access.who and not is_demo_visitor()):
        abort(HTTPStatus.NOT_FOUND)
    if access.scope:
        _ensure_in_scope(access)
        ensure_writable()
        ensure_allowed(access, _named(access))
        return None
    if not access.is_public and not current_user.is_authenticated:
        return ask_to_sign_in()
    needs_token = request.method not in SAFE_METHODS and not access.signed_by_sender
    if needs_token and (refusal := check_token()) is not None:
        return refusal
    ensure_writable()
    if not access.is_public:
        if person().owes_factor and request.endpoint not in BEFORE_SECOND_STEP:
            return _ask_to_set_second_step()
        ensure_allowed(access, _named(access))
    return None


def is_for_programs() -> bool:
    """Whether what is asked is for programs: they show a token, and no session of a browser counts."""
    view = current_app.view_functions.get(request.endpoint or "")
    access = declared(view) if view else None
    return bool(access and access.scope)


def _ensure_in_scope(access: Access) -> None:
    """A program shows a token that is for this. No browser sends one by itself, so no form's token is needed."""
    if not current_user.is_authenticated:
        raise UnknownToken
    if access.scope not in person().scopes:
        raise OutOfScope(f"El token no incluye «{access.scope}». Haga otro que lo incluya, en «Mi cuenta».")


def _ask_to_set_second_step() -> Any:
    """Nothing opens for who may not do without a second step and has none; what they typed waits."""
    if wants_json():
        return make_response(jsonify(estado=403, mensaje="Active primero el segundo paso, en «Mi cuenta»."), 403)
    held = None if request.method in SAFE_METHODS else hold(request)
    if held is not None:
        return make_response(page("auth/held.html", held=held, owed=True), HTTPStatus.FORBIDDEN)
    return redirect(url_for("factors.show"), HTTPStatus.SEE_OTHER)


def ensure_allowed(access: Access, values: Values) -> None:
    """Let the signed-in person go on only if they may, with the thing that `values` name.

    What is foreign to them does not exist, and is answered as if it did not: `UnknownPage`.
    """
    owner = _owner(access, values)
    g.owner = owner
    _note_sector(owner)
    if owner is None:
        if not _may_list(access):
            abort(HTTPStatus.FORBIDDEN)
    elif is_foreign(owner):
        raise _absent(access)
    elif not (_asks_nothing(access, owner) or _holds(access, owner)):
        if access.everywhere and any(person().may(access.who, place) for place in owner.places):
            raise Forbidden(NOT_EVERYWHERE)
        abort(HTTPStatus.FORBIDDEN)


def _note_sector(owner: Owner | None) -> None:
    """Whatever is written down of this request is of the sector of what it is about."""
    sectors = owner.sectors if owner is not None else frozenset()
    origin.set(replace(origin.get(), sector=next(iter(sectors)) if len(sectors) == 1 else ""))


def may_open(endpoint: str, **values: Any) -> bool:
    """Whether the signed-in person may open a page: a link to one that they may not leads nowhere."""
    values = _with_plan(values, values.get("plan"))
    view = current_app.view_functions.get(endpoint)
    access = declared(view) if view else None
    if access is None:
        return False
    if access.is_public:
        return True
    try:
        owner = _owner(access, values)
    except UnknownPage:
        return False
    if owner is None:
        return _may_list(access)
    return not is_foreign(owner) and (_asks_nothing(access, owner) or _holds(access, owner))


def _may_list(access: Access) -> bool:
    """Whether the signed-in person may open what is of nobody in particular."""
    return _asks_nothing(access, None) or person().may(access.who)


def _asks_nothing(access: Access, owner: Owner | None) -> bool:
    """Whether no role is asked for: who holds none at all has their own account and what is given to them, no more.

    Who only reads where a thing is changes nothing of it, but for what is given to them.
    """
    me = person()
    is_given = owner is not None and owner.person == me.username
    if access.asks_work and not is_given and me.only_reads(owner.places if owner else me.holdings):
        return False
    return access.asks_no_role and (bool(me.holdings) or access.of not in (Of.NONE, Of.PLAN, Of.DEFINITION))


def _named(access: Access) -> Values:
    """What the address names; a plan may come with its query or its form instead, where a page is of any.

    Two of them are none: the view could take the one that was not looked at.
    """
    codes = set(request.values.getlist("plan")) if access.of is Of.PLAN else set()
    if len(codes) > 1:
        raise _absent(access)
    return _with_plan(request.view_args or {}, next(iter(codes), None))


def _with_plan(values: Values, code: str | None) -> dict[str, Any]:
    return {"plan_code": code, **values} if code else dict(values)


def _owner(access: Access, values: Values) -> Owner | None:
    """Whose the thing is; None where there is none in particular. Raises `UnknownPage` where it is not there."""
    if access.of in (None, Of.NONE, Of.OWN) or (access.of is Of.PLAN and "plan_code" not in values):
        return None
    with current().database.reading() as session:
        owner = SECTOR_OF[access.of](session, values)
    if owner is None:
        raise _absent(access)
    return owner


def _absent(access: Access) -> UnknownPage:
    return UnknownPage(ABSENT.get(access.of or Of.NONE, UnknownPage.sentence))


def is_foreign(owner: Owner) -> bool:
    """Whether the signed-in person has nothing to do with the sectors of a thing, nor is it their own."""
    me = person()
    if INSTALLATION in owner.sectors or owner.person == me.username:
        return False
    is_kept = owner.is_kept and me.may({INSTALLATION_ADMINISTRATOR}, INSTALLATION)
    return not is_kept and owner.sectors.isdisjoint(me.holdings)


def _holds(access: Access, owner: Owner) -> bool:
    """Whether a role that counts is held where the thing is; in each sector of it, where the view asks for that."""
    me = person()
    held = {place for place in owner.places if me.may(access.who, place)}
    if access.everywhere:
        return owner.sectors <= held or (owner.is_kept and INSTALLATION in held)
    return bool(held)


def ensure_writable() -> None:
    """Refuse a letter that no database takes, wherever it was typed; the forms of tasks say it at their field."""
    typed = [*request.args.values(), *(request.view_args or {}).values()]
    if request.blueprint != "inbox":
        typed += request.form.values()
    try:
        for text in typed:
            received(str(text))
    except UnwritableText as error:
        raise UnwritableField(str(error)) from error


def is_demo_visitor() -> bool:
    """Whether this is the demo, asked from this same machine."""
    return current().config.demo and is_loopback(request.remote_addr)


def check_token() -> Any:
    """None if the CSRF token is right; a page to confirm if the form is ours but of an earlier session."""
    try:
        csrf.protect()
    except CSRFError:
        held = hold(request)
        if held is None or not current_user.is_authenticated or wants_json():
            raise
        return make_response(page("auth/held.html", held=held), HTTPStatus.CONFLICT)
    return None


def ask_to_sign_in() -> Any:
    """Send readers to the sign-in page, keep what writers typed, and tell programs."""
    if wants_json():
        message = "Su sesión terminó. Ingrese de nuevo; lo que escribió sigue en la página."
        return make_response(jsonify(estado=401, mensaje=message), HTTPStatus.UNAUTHORIZED)
    if request.method in SAFE_METHODS:
        return redirect(f"{url_for('auth.sign_in')}?sigue={quote(request.full_path.rstrip('?'))}")
    return make_response(sign_in_page(held=hold(request)), HTTPStatus.UNAUTHORIZED)


def sign_in_page(*, held: HeldRequest | None = None, **context: Any) -> str:
    """The sign-in page, carrying a form that waits; the demo's page of people on the demo."""
    sealed = seal(current().config.secret_key, held) if held else ""
    if is_demo_visitor():
        return page("auth/who.html", held=sealed, companies=companies(), **context)
    with_passkey = current().config.local_accounts and passkeys.are_possible(current().config)
    return page("auth/sign_in.html", held=sealed, with_passkey=with_passkey, **context)
