"""What every operation of the API shares: its description, its limits, and what is asked of a request."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user
from pydantic import BaseModel, ValidationError
from spectree import Response as Described
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from web.api import unfit
from web.api.limiting import Allowance, Limiter
from web.api.shapes import Problem
from web.auth import SIGNED_IN, Of, allow
from web.auth.scopes import Scope
from web.errors import InvalidRequest, TooManyRequests, WrongPart

View = Callable[..., Any]

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

REFUSALS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.INSUFFICIENT_STORAGE,
)
"""Whatever is asked may end in one of these."""
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


def _refuse_unfit(_request: Any, _answer: Any, error: Exception | None, _view: Any, _adapter: Any) -> None:
    """Say what does not fit the description, before anything is done."""
    if not isinstance(error, ValidationError):
        return
    raise InvalidRequest(errors=unfit.parts(error.errors(include_url=False, include_input=False)))


spec = SpecTree(
    "flask",
    mode="strict",
    before=_refuse_unfit,
    validation_error_model=Problem,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    title="Cauce",
    version="1",
    security_schemes=[
        SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer")),
    ],
    security={"token": []},
)
"""The description of the API, which is read from the operations themselves."""


def operation(
    scope: Scope,
    gives: type[BaseModel] | None,
    *,
    of: Of,
    who: tuple[str, ...] = (SIGNED_IN,),
    status: HTTPStatus = HTTPStatus.OK,
) -> Callable[[View], Callable[..., ResponseReturnValue]]:
    """Declare an operation: the scope it needs, what it gives, of what it is, and the roles that may.

    Goes below the route. What it is asked is in the types of its arguments (`query`, `json`, `headers`).
    """

    def declare(view: View) -> Callable[..., ResponseReturnValue]:
        models: dict[str, Any] = {f"HTTP_{refusal.value}": Problem for refusal in REFUSALS}
        described = spec.validate(
            resp=Described(**{f"HTTP_{status.value}": gives, **models}),
            tags=[scope.partition(":")[0]],
            security={"token": [str(scope)]},
            operation_id=view.__name__,
        )(view)
        allowed: Callable[..., ResponseReturnValue] = allow(*who, of=of, scope=scope)(described)
        return allowed

    return declare


@blueprint.record
def _begin_limits(state: BlueprintSetupState) -> None:
    state.app.extensions["cauce.limiter"] = Limiter(state.app.extensions["cauce"].config.api_per_minute)


@blueprint.before_request
def _keep_within_limits() -> None:
    """Refuse who asks too often, after the gate has told who it is."""
    if not current_user.is_authenticated:
        return
    limiter: Limiter = _limiter()
    g.allowance = limiter.take(current_user.token)
    if g.allowance.is_exhausted:
        refused = TooManyRequests()
        refused.wait = g.allowance.wait
        raise refused


@blueprint.before_request
def _ensure_readable() -> None:
    """Refuse a body that is no JSON object: half of it would be taken for all."""
    if request.method not in WITH_BODY or request.mimetype == "multipart/form-data" or not request.content_length:
        return
    try:
        body = request.get_json()
    except RecursionError as error:
        raise InvalidRequest from error
    if not isinstance(body, dict):
        raise InvalidRequest(errors=[WrongPart("", "Se espera un objeto JSON.", "A JSON object is expected.")])


@blueprint.after_request
def _tell_allowance(response: Response) -> Response:
    allowance: Allowance | None = g.get("allowance")
    if allowance is not None:
        response.headers["RateLimit-Limit"] = str(allowance.limit)
        response.headers["RateLimit-Remaining"] = str(allowance.left)
        response.headers["RateLimit-Reset"] = str(allowance.seconds)
    return response


def _limiter() -> Limiter:
    """Who asked how often, as this process knows it."""
    limiter: Limiter = current_app.extensions["cauce.limiter"]
    return limiter
