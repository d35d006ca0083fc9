"""People, the newsrooms they work in, and the tokens their programs use."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CASCADE, PROTECT, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.subjects import Subject
from claims.models.tenancy import Tenant
from claims.text.uuid7 import uuid7
from claims.vocab import Role, Scope

#: No policy keeps contacts for longer than ten years.
MOST_CONTACT_DAYS = 3650


class User(AbstractUser):
    """Somebody who can log in. Rights come from memberships alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)


class Newsroom(Subject):
    """The workspace: everything but users belongs to exactly one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("public name"), max_length=200)
    site = models.URLField(_("site"), blank=True, help_text=_("The newsroom's own site, named in what it publishes."))
    publishing_principles = models.URLField(
        _("method page"), blank=True, help_text=_("Where readers learn how you check (publishingPrinciples).")
    )
    corrections_policy = models.URLField(
        _("corrections page"), blank=True, help_text=_("Where readers learn how you correct (correctionsPolicy).")
    )
    in_language = models.CharField(
        _("language"), max_length=35, default="en", help_text=_("A BCP 47 tag, such as en or pt-BR.")
    )

    contact_days = models.PositiveSmallIntegerField(
        _("days until contacts are erased"),
        default=90,
        help_text=_("What senders of tips leave to be reached by is erased so long after it came in."),
    )

    class Meta:
        verbose_name = _("newsroom")
        verbose_name_plural = _("newsrooms")
        constraints = [
            models.CheckConstraint(
                condition=Q(contact_days__gte=1, contact_days__lte=MOST_CONTACT_DAYS), name="newsroom_contact_days"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Tenant):
    """A person's roles in one newsroom."""

    user = models.ForeignKey(User, on_delete=PROTECT, related_name="memberships")
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), verbose_name=_("roles"))

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["newsroom", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(roles__contained_by=[str(role) for role in Role]) & Q(roles__len__gt=0),
                name="membership_roles_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.get_username()} ({', '.join(self.roles)})"


class ApiToken(Tenant):
    """A bearer token of one member. Only its SHA-256 is kept; the prefix is there to recognise it by."""

    user = models.ForeignKey(User, on_delete=CASCADE, related_name="api_tokens")
    prefix = models.CharField(_("begins with"), max_length=12)
    token_sha256 = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices),
        default=list,
        blank=True,
        verbose_name=_("scopes"),
        help_text=_("Empty: every right of the member."),
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.prefix}…"
