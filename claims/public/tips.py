"""The form by which anybody sends a tip, without an account or scripts, and the page by which they look after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from math import ceil

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.exceptions import ValidationError

from claims.access import Actor, address_of
from claims.errors import FieldProblem, InvalidInputError
from claims.intake.problems import problems_in
from claims.intake.submissions import TipBody, submission_input
from claims.models import Newsroom
from claims.models.submissions import MOST_FILE_BYTES
from claims.selectors import public
from claims.selectors.standing import standing_of
from claims.selectors.submissions import newsroom_of_slug, submission_of_secret
from claims.text.files import ENDINGS
from claims.vocab import Channel, Coarse
from claims.workflow import sending, submissions
from claims.workflow.inputs import FileInput, SubmissionInput
from claims.workflow.submissions import Submitted

#: One file, the words beside it, and what a form wraps round them.
MOST_BODY = MOST_FILE_BYTES + 512 * 1024
MOST_DRAINED = 64 * 1024 * 1024
#: Somebody may write for a long time; a form that a program has kept is no use to it for longer.
FORM_IS_GOOD_FOR = timedelta(hours=12)
SALT = "claims.public.tips"
#: People do not see this field. Programs that fill in whatever they find do.
TRAP = "website"
TYPED = ("text", "url", "contact")

View = Callable[..., HttpResponse]


def unseen(view: View) -> View:
    """Pages that no cache keeps, no index lists, and whose address is told to no other site."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **options: object) -> HttpResponse:
        response = view(request, *args, **options)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


@dataclass
class Filled:
    """The form as it is shown: what was typed, and what is wrong with it."""

    newsroom: Newsroom
    typed: dict[str, str] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)
    http_status: int = 200
    retry_after: int = 0

    @property
    def errors(self) -> dict[str, list[str]]:
        """What is wrong, by the field that it is about; the rest under nothing."""
        found: dict[str, list[str]] = {}
        for problem in self.problems:
            name = problem.pointer.removeprefix("/")
            found.setdefault(name if name in {*TYPED, "file"} else "form", []).append(problem.detail)
        return found

    def show(self, request: HttpRequest) -> HttpResponse:
        context = {
            "newsroom": self.newsroom,
            "typed": self.typed,
            "errors": self.errors,
            "token": _new_token(self.newsroom),
            "trap": TRAP,
            "endings": ", ".join(ENDINGS.values()),
            "accept": ",".join(ENDINGS),
            "most_mib": MOST_FILE_BYTES // 1024**2,
            "canonical": settings.PUBLIC_URL + reverse("public:tip-form", args=[self.newsroom.slug]),
        }
        response = render(request, "public/tip_form.html", context, status=self.http_status)
        if self.retry_after:
            response["Retry-After"] = str(self.retry_after)
        return response


# The form is for strangers: whoever is logged in sends as anybody does, so that no session is used, and nothing of
# anybody's can be done in their name by another site. Instead of a cookie, a signed token shows that the form was
# fetched here, not long ago; in it is the secret of the status link, by which a form sent twice is one tip.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@unseen
def form(request: HttpRequest, slug: str) -> HttpResponse:
    newsroom = newsroom_of_slug(slug)
    if newsroom is None:
        raise Http404
    if request.method != "POST":
        return Filled(newsroom).show(request)
    if _length_of(request) > MOST_BODY:
        return _too_large(request, newsroom)
    filled = Filled(newsroom, {name: request.POST.get(name, "") for name in TYPED})
    free_at = sending.begin_attempt(address=address_of(request))
    if free_at is not None:
        return _too_often(request, filled, free_at)
    return _take_in(request, filled)


def _take_in(request: HttpRequest, filled: Filled) -> HttpResponse:
    if request.POST.get(TRAP):
        return _refused(request, filled, _("Leave the field “Website” empty: it is there to stop programs."))
    secret = _secret_in(request.POST.get("token", ""), filled.newsroom)
    if secret is None:
        return _refused(request, filled, _("This form was open for too long: please send it once more."))
    try:
        given = _given(request, filled.typed)
        actor = Actor.service(filled.newsroom.pk)
        made = submissions.submit(actor=actor, given=given, channel=Channel.PUBLIC_FORM, secret=secret)
    except InvalidInputError as error:
        filled.problems, filled.http_status = error.problems, 400
        return filled.show(request)
    return _thanks(request, filled.newsroom, made)


def _given(request: HttpRequest, typed: dict[str, str]) -> SubmissionInput:
    body = TipBody(data=typed)
    try:
        body.is_valid(raise_exception=True)
    except ValidationError as error:
        raise InvalidInputError(problems_in(error.detail)) from error
    return submission_input(body.validated_data, file=_file(request))


def _file(request: HttpRequest) -> FileInput | None:
    """At most one; a field that was left empty comes as a file without a name or as none at all."""
    sent = [found for found in request.FILES.getlist("file") if isinstance(found, UploadedFile)]
    if len(sent) > 1:
        raise InvalidInputError.at("/file", _("One file can be sent: choose one of them."), code="too_many_files")
    return FileInput(sent[0].name or "", sent[0].read()) if sent else None


def _thanks(request: HttpRequest, newsroom: Newsroom, made: Submitted) -> HttpResponse:
    address = settings.PUBLIC_URL + reverse("public:tip-status", args=[made.secret])
    context = {
        "newsroom": newsroom,
        "address": address,
        "has_contact": made.submission.contact_sealed is not None,
        "erase_contact_at": made.submission.erase_contact_at,
    }
    return render(request, "public/tip_thanks.html", context)


def _refused(request: HttpRequest, filled: Filled, detail: str) -> HttpResponse:
    filled.problems, filled.http_status = [FieldProblem("", "refused", detail)], 400
    return filled.show(request)


def _too_often(request: HttpRequest, filled: Filled, free_at: datetime) -> HttpResponse:
    filled.retry_after = max(1, ceil((free_at - timezone.now()).total_seconds()))
    minutes = ceil(filled.retry_after / 60)
    told = ngettext(
        "Too many tips came from your address. What you typed is kept below: send it again in %(minutes)d minute.",
        "Too many tips came from your address. What you typed is kept below: send it again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
    filled.problems, filled.http_status = [FieldProblem("", "rate_limited", told)], 429
    return filled.show(request)


def _length_of(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _too_large(request: HttpRequest, newsroom: Newsroom) -> HttpResponse:
    """What is too large is not read, only heard to its end, so that the browser listens to the answer."""
    left = min(_length_of(request), MOST_DRAINED)
    while left > 0 and (chunk := request.read(min(left, 64 * 1024))):
        left -= len(chunk)
    detail = _("The file is too large: at most %(most)d MiB are taken. Please fill the form in again.")
    problem = FieldProblem("/file", "too_large", detail % {"most": MOST_FILE_BYTES // 1024**2})
    return Filled(newsroom, problems=[problem], http_status=413).show(request)


def _new_token(newsroom: Newsroom) -> str:
    return signing.dumps([str(newsroom.pk), submissions.new_secret()], salt=SALT)


def _secret_in(token: str, newsroom: Newsroom) -> str | None:
    """The secret of a form of this newsroom that was fetched not long ago."""
    try:
        newsroom_id, secret = signing.loads(token, salt=SALT, max_age=FORM_IS_GOOD_FOR)
    except (signing.BadSignature, ValueError):
        return None
    return str(secret) if newsroom_id == str(newsroom.pk) else None


@require_safe
@unseen
def status(request: HttpRequest, secret: str) -> HttpResponse:
    """How a tip stands, for whoever holds its link: in one coarse word, with what was published or the reason."""
    submission = submission_of_secret(secret)
    if submission is None:
        return render(request, "public/tip_unknown.html", status=404)
    standing = standing_of(submission)
    revisions = public.latest_revisions(standing.reviews)
    context = {
        "newsroom": submission.newsroom,
        "submission": submission,
        "word": _word(standing.coarse),
        "checks": [
            {
                "url": reverse("public:review", args=[review.slug]),
                "headline": revisions[review.pk].content["headline"],
                "in_language": review.in_language,
            }
            for review in standing.reviews
        ],
        "reason": str(standing.reason.label) if standing.reason else "",
    }
    return render(request, "public/tip_status.html", context)


def _word(coarse: Coarse) -> str:
    return {
        Coarse.RECEIVED: _("Received"),
        Coarse.BEING_CHECKED: _("Being checked"),
        Coarse.PUBLISHED: _("Checked"),
        Coarse.DECLINED: _("Not followed up"),
    }[coarse]
