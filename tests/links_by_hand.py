"""What a person who knows Flask, Django and SQLAlchemy (as of 2018 to 2020) would link in forty listings of real pages.

A word is a link when it means the same object as a symbol that has a page, by whatever path it was imported, and when
that is not the page's own symbol. It is so at each place it stands at, imports included; of `g.user` the word is `g`.
`Link` has every such word, `Trap` words that look as if they were links or are one on another page, each with the lines
of the listing's code they stand on, 1 being the first. Nothing here was worked out by the code under test.

Checked in Python against Django 3.2, Flask 1.1 and SQLAlchemy 1.3: `django.forms.ValidationError` is
`django.core.exceptions.ValidationError`, `sqlalchemy.Integer` is `sqlalchemy.types.Integer`,
`itsdangerous.exc.BadSignature` is `flask.sessions.BadSignature`; but `sqlalchemy.JSON` is not the JSON of PostgreSQL's
dialect, and `django.utils.http.urlencode` is not the one of `urllib.parse`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A word that stands for a symbol with a page, and on which lines."""

    word: str
    symbol: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trap:
    """A word that must not be a link, and on which lines."""

    word: str
    lines: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The `number`-th listing, 1 being the first, of a page's file."""

    page: str
    number: int
    links: tuple[Link, ...] = ()
    traps: tuple[Trap, ...] = ()


@dataclass(frozen=True, slots=True)
class Missed:
    """A link of the tables that a build does not make, and why that is as it should be or cannot be helped."""

    page: str
    number: int
    line: int
    word: str
    why: str


# Nothing in the pages says that these are one: no marked line of the symbol's page spells it so, and the page has no
# `aliases`. The same shape of name is another object elsewhere (`sqlalchemy.JSON`), so nothing is guessed.
_FORMS = "`django.forms` passes it on from `django.core.exceptions`, which only an alias could tell"
_ROOT = "`sqlalchemy` passes it on from `sqlalchemy.types`, which only an alias could tell"
_ELSEWHERE = "`flask.sessions` takes it from `itsdangerous.exc`, which only an alias could tell"

MISSED: tuple[Missed, ...] = (
    Missed("django-forms-emailfield.markdown", 1, 125, "ValidationError", _FORMS),
    *(
        Missed("django-forms-emailfield.markdown", 2, line, "ValidationError", _FORMS)
        for line in (192, 390, 444, 446, 468, 506)
    ),
    Missed("django-shortcuts-render.markdown", 2, 3, "ValidationError", _FORMS),
    Missed("django-shortcuts-render.markdown", 2, 32, "ValidationError", _FORMS),
    Missed("flask-blueprints-blueprint.markdown", 1, 8, "BadSignature", _ELSEWHERE),
    Missed("flask-blueprints-blueprint.markdown", 1, 45, "BadSignature", _ELSEWHERE),
    Missed("sqlalchemy-sql-expression-columnelement.markdown", 1, 46, "Integer", _ROOT),
)

OWN = "the page's own symbol"
MODULE = "a module that has no page"
OTHER = "another object, which has no page"

# Twenty out of all Python listings of pages with a symbol.
ANY = (
    Judged(
        "django-core-exceptions-validationerror.markdown",
        4,
        links=(Link("escape", "django.utils.html.escape", (9, 38)),),
        traps=(
            Trap("ValidationError", (13, 31, 81, 84), OWN),
            Trap("escape_html", (33, 38, 43, 44), "a parameter whose name begins like a symbol's"),
            Trap("conditional_escape", (9,), OTHER),
            Trap("forms", (7, 97), MODULE),
        ),
    ),
    Judged(
        "django-db-connections.markdown",
        1,
        traps=(Trap("connections", (62, 64, 65, 67, 85, 86, 87, 96, 97, 98), f"{OWN}, or None from line 67 on"),),
    ),
    Judged(
        "django-db-migrations.markdown",
        6,
        traps=(Trap("migrations", (4, 7, 14), OWN), Trap("models", (4,), MODULE)),
    ),
    Judged(
        "django-db-migrations.markdown",
        7,
        traps=(
            Trap("migrations", (4, 11, 13, 17, 37, 54, 72, 90), OWN),
            Trap("deletion", (3, 44, 45, 63, 79, 93), MODULE),
            Trap("settings", (2, 8, 13), "Django's settings, and a module of the project"),
        ),
    ),
    Judged(
        "django-db-migrations.markdown",
        13,
        traps=(Trap("migrations", (3, 6, 13, 16), OWN), Trap("DateTimeField", (19,), OTHER)),
    ),
    Judged(
        "django-db-models-positivesmallintegerfield.markdown",
        2,
        links=(Link("migrations", "django.db.migrations", (8, 17, 24, 36, 48, 59)),),
        traps=(
            Trap("PositiveSmallIntegerField", (53,), OWN),
            Trap("Migration", (17,), "a class of this file, and a name inside of the symbol"),
            Trap("CreateModel", (24, 36, 48), "a name inside of the symbol, which is linked before the dot"),
            Trap("AddField", (59,), "a name inside of the symbol, which is linked before the dot"),
            Trap("models", (4, 8), "a module that has no page, and one of another project"),
        ),
    ),
    Judged(
        "django-forms-emailfield.markdown",
        2,
        links=(Link("ValidationError", "django.core.exceptions.ValidationError", (170, 192, 390, 444, 446, 468, 506)),),
        traps=(
            Trap("EmailField", (117, 268, 293, 422, 491), OWN),
            Trap("exceptions", (9, 170, 236, 242, 247, 256), MODULE),
            Trap("forms", (6, 192, 390, 444), MODULE),
            Trap("ImproperlyConfigured", (236, 242, 247, 256), OTHER),
            Trap("EmailAddress", (23, 46, 450), "a class of the project"),
        ),
    ),
    Judged(
        "django-shortcuts-render.markdown",
        2,
        links=(Link("ValidationError", "django.core.exceptions.ValidationError", (3, 32)),),
        traps=(
            Trap("render", (5, 37, 79), OWN),
            Trap("render_authentication_error", (53,), "a function of this file"),
            Trap("forms", (3,), MODULE),
        ),
    ),
    Judged(
        "django-shortcuts-render.markdown",
        4,
        traps=(
            Trap("render", (4, 50), OWN),
            Trap("render_page", (16,), "a function of this file"),
            Trap("TemplateResponse", (5, 27, 69), OTHER),
        ),
    ),
    Judged(
        "django-utils-deprecation-middlewaremixin.markdown",
        2,
        traps=(
            Trap("MiddlewareMixin", (6, 8, 11), f"{OWN}, or plain object"),
            Trap("http", (2, 4), MODULE),
            Trap("unquote", (4, 27), OTHER),
        ),
    ),
    Judged(
        "django-utils-html-escape.markdown",
        5,
        traps=(
            Trap("escape", (9, 38, 50, 59, 97, 116, 118, 120, 169, 219, 232), OWN),
            Trap("render", (106, 110, 202), "a method of a template, and one of a renderer"),
            Trap("render_form", (199,), "a function of this file"),
            Trap("conditional_escape", (168,), "a function inside of another"),
            Trap("iri_to_uri", (8, 58), "the other way round from uri_to_iri"),
        ),
    ),
    Judged(
        "django-utils-html-escape.markdown",
        7,
        traps=(Trap("escape", (2, 22, 35, 37), OWN), Trap("gettext_lazy", (3,), OTHER)),
    ),
    Judged(
        "django-utils-http-urlencode.markdown",
        1,
        links=(Link("ValidationError", "django.core.exceptions.ValidationError", (9,)),),
        traps=(Trap("urlencode", (14, 64), OWN), Trap("FieldDoesNotExist", (9,), OTHER)),
    ),
    Judged(
        "django-utils-http-urlencode.markdown",
        2,
        links=(Link("escape", "django.utils.html.escape", (15,)),),
        traps=(Trap("urlencode", (16, 66), OWN), Trap("render_to_string", (12,), OTHER)),
    ),
    Judged(
        "flask-blueprints-blueprint.markdown",
        7,
        traps=(Trap("Blueprint", (5, 54), OWN), Trap("blueprint", (54, 62, 64), "a variable of the method")),
    ),
    Judged(
        "flask-blueprints-blueprint.markdown",
        8,
        links=(Link("g", "flask.globals.g", (5,)),),
        traps=(Trap("Blueprint", (5, 24), OWN), Trap("globals", (6,), MODULE), Trap("_request_ctx_stack", (6,), OTHER)),
    ),
    Judged(
        "flask-ctx-has-request-context.markdown",
        1,
        traps=(Trap("has_request_context", (4, 54), OWN), Trap("request", (4, 55), OTHER)),
    ),
    Judged(
        "flask-globals-g.markdown",
        3,
        traps=(Trap("g", (2, 28, 31, 37, 42, 49, 54, 80), OWN), Trap("register_blueprint", (90, 91, 92, 93), OTHER)),
    ),
    Judged(
        "sqlalchemy-sql-schema-schemaitem.markdown",
        1,
        traps=(
            Trap("SchemaItem", (7, 56), OWN),
            Trap("schema", (7, 13), "a module that has no page, and one of the project"),
            Trap("sa", (4, 44, 48), "the whole library, which has no page"),
        ),
    ),
    Judged(
        "sqlalchemy-types-integer.markdown",
        2,
        traps=(Trap("Integer", (4, 52), OWN), Trap("postgresql", (6, 7, 52), MODULE), Trap("ARRAY", (52,), OTHER)),
    ),
)

# Twenty more out of those that have the last name of another page's symbol in them.
NAMED = (
    Judged(
        "django-contrib-admin-helpers-adminform.markdown",
        1,
        links=(Link("render", "django.shortcuts.render", (17, 40, 47, 78, 80)),),
        traps=(
            Trap("AdminForm", (6, 56), OWN),
            Trap("adminform", (64,), "a key in a text"),
            Trap("translation", (21, 22), MODULE),
        ),
    ),
    Judged(
        "django-core-exceptions-validationerror.markdown",
        9,
        links=(Link("connections", "django.db.connections", (16,)),),
        traps=(Trap("ValidationError", (13, 59, 63, 113, 116, 170, 187), OWN), Trap("DEFAULT_DB_ALIAS", (16,), OTHER)),
    ),
    Judged(
        "django-core-exceptions-validationerror.markdown",
        14,
        links=(Link("pre_delete", "django.db.models.signals.pre_delete", (12,)),),
        traps=(
            Trap("ValidationError", (8, 58, 62, 65), OWN),
            Trap("post_save", (11,), OTHER),
            Trap("signals", (11, 12), MODULE),
        ),
    ),
    Judged(
        "django-forms-emailfield.markdown",
        1,
        links=(
            Link("ValidationError", "django.core.exceptions.ValidationError", (4, 46, 54, 62, 70, 78, 86, 100, 125)),
        ),
        traps=(
            Trap("EmailField", (142,), OWN),
            Trap("g", (33, 34, 38, 39), "half of an abbreviation in a text"),
            Trap("forms", (3, 5, 125, 142), MODULE),
        ),
    ),
    Judged(
        "django-forms-typedchoicefield.markdown",
        2,
        links=(
            Link("ValidationError", "django.core.exceptions.ValidationError", (10,)),
            Link("ungettext_lazy", "django.utils.translation.ungettext_lazy", (18,)),
        ),
        traps=(
            Trap("TypedChoiceField", (22,), f"a class of this file, and {OWN} behind `fields`"),
            Trap("ugettext_lazy", (18,), OTHER),
            Trap("fields", (14, 22), MODULE),
        ),
    ),
    Judged(
        "django-shortcuts-render.markdown",
        3,
        traps=(Trap("render", (11, 61), OWN), Trap("urlencode", (7, 65), "the standard library's")),
    ),
    Judged(
        "django-shortcuts-render.markdown",
        7,
        traps=(
            Trap("render", (6, 56), OWN),
            Trap("connections", (10,), "Haystack's"),
            Trap("ungettext", (8,), OTHER),
        ),
    ),
    Judged(
        "django-template-base-variabledoesnotexist.markdown",
        1,
        traps=(
            Trap("VariableDoesNotExist", (8, 52), OWN),
            Trap("render", (49,), "a method that this file defines"),
            Trap("Variable", (30,), OTHER),
        ),
    ),
    Judged(
        "django-utils-deprecation-middlewaremixin.markdown",
        10,
        links=(Link("activate", "django.utils.translation.activate", (13,)),),
        traps=(
            Trap("MiddlewareMixin", (5, 8), OWN),
            Trap("urlencode", (17,), "a method of a query"),
            Trap("translation", (4, 13, 14), MODULE),
            Trap("shortcuts", (3, 18), MODULE),
        ),
    ),
    Judged(
        "django-utils-http-urlencode.markdown",
        5,
        traps=(Trap("urlencode", (13, 63), OWN), Trap("render", (50,), "a method of a renderer")),
    ),
    Judged(
        "django-utils-http-urlencode.markdown",
        6,
        links=(
            Link("select_template", "django.template.loader.select_template", (9,)),
            Link("escape", "django.utils.html.escape", (11, 60)),
        ),
        traps=(
            Trap("urlencode", (12, 60), OWN),
            Trap("render", (44,), "a method that this file defines"),
            Trap("get_template", (9,), OTHER),
        ),
    ),
    Judged(
        "flask-blueprints-blueprint.markdown",
        1,
        links=(Link("BadSignature", "flask.sessions.BadSignature", (8, 45)),),
        traps=(
            Trap("Blueprint", (5, 28), OWN),
            Trap("ValidationError", (26,), "CTFd's"),
            Trap("BadTimeSignature", (8, 41), OTHER),
        ),
    ),
    Judged(
        "flask-blueprints-blueprint.markdown",
        3,
        links=(Link("g", "flask.globals.g", (5, 64)),),
        traps=(Trap("Blueprint", (5, 55), OWN), Trap("activate", (38,), "a word in a text")),
    ),
    Judged(
        "flask-ctx-has-app-context.markdown",
        2,
        links=(
            Link("g", "flask.globals.g", (12,)),
            Link("has_request_context", "flask.ctx.has_request_context", (12,)),
        ),
        traps=(Trap("has_app_context", (12, 34), OWN), Trap("session", (12,), OTHER)),
    ),
    Judged(
        "flask-globals-g.markdown",
        4,
        links=(Link("Blueprint", "flask.blueprints.Blueprint", (5, 24)),),
        traps=(Trap("g", (5, 55), OWN), Trap("blueprint", (42,), "what a request says of itself")),
    ),
    Judged(
        "flask-globals-g.markdown",
        6,
        links=(Link("Blueprint", "flask.blueprints.Blueprint", (9, 149)),),
        traps=(
            Trap("g", (9, 33, 45, 47, 96, 145), OWN),
            Trap("ValidationError", (13, 65, 68, 106, 132), "that of WTForms"),
        ),
    ),
    Judged(
        "flask-sessions-badsignature.markdown",
        3,
        links=(
            Link("after_this_request", "flask.ctx.after_this_request", (10,)),
            Link("g", "flask.globals.g", (13,)),
        ),
        traps=(
            Trap("BadSignature", (27, 76, 103), f"{OWN}, from where it is defined"),
            Trap("ValidationError", (26,), "that of WTForms"),
            Trap("urlencode", (4,), "the standard library's"),
        ),
    ),
    Judged(
        "sqlalchemy-dialects-mssql.markdown",
        1,
        links=(Link("JSON", "sqlalchemy.dialects.postgresql.JSON", (45,)),),
        traps=(
            Trap("mssql", (9, 58), OWN),
            Trap("JSON", (38,), "SQLAlchemy's general one, of which PostgreSQL's is a subclass"),
            Trap("Integer", (39, 40, 52, 53, 56, 58), "a field of marshmallow"),
            Trap("JSONB", (46,), OTHER),
            Trap("INTEGER", (56,), OTHER),
        ),
    ),
    Judged(
        "sqlalchemy-orm-columnproperty.markdown",
        3,
        links=(Link("set_creation_order", "sqlalchemy.util.set_creation_order", (10, 47)),),
        traps=(Trap("ColumnProperty", (7, 57), OWN), Trap("class_mapper", (7,), OTHER)),
    ),
    Judged(
        "sqlalchemy-sql-expression-columnelement.markdown",
        1,
        links=(
            Link("JSON", "sqlalchemy.dialects.postgresql.JSON", (36,)),
            Link("Integer", "sqlalchemy.types.Integer", (46,)),
        ),
        traps=(
            Trap("ColumnElement", (5, 54), OWN),
            Trap("integer", (26,), "a word in a text"),
            Trap("postgresql", (3, 36, 39, 49), "a module that has no page, and a word in a text"),
        ),
    ),
)
