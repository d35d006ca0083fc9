"""What can be wrong with a request, each with a stable code; `claims.api.errors` gives each its HTTP status, once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong in a body: a JSON pointer to the field (RFC 6901), a stable code, a sentence."""

    pointer: str
    code: str
    detail: str

    def below(self, prefix: str) -> FieldProblem:
        return FieldProblem(f"{prefix}{self.pointer}", self.code, self.detail)


class DomainError(Exception):
    """The request cannot be done; nothing was written."""

    code = "error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class NotFoundError(DomainError):
    """Absent, or of another newsroom: the two are never told apart."""

    code = "not_found"


class NotPermittedError(DomainError):
    """The person's roles (or the token's scopes) do not allow it."""

    code = "not_permitted"


class RuleBrokenError(DomainError):
    """A rule of the workflow forbids it now; `code` says which."""

    code = "illegal_move"


class StaleRevisionError(DomainError):
    """The claim has changed since the caller read it."""

    code = "stale_revision"

    def __init__(self, *, current_revision: int) -> None:
        super().__init__(
            f"The claim has changed since you read it: it is at revision {current_revision} now. "
            "Read it again, then repeat what you wanted to do."
        )
        self.current_revision = current_revision


class InvalidInputError(DomainError):
    """Fields of the request are wrong; each is named with its reason."""

    code = "invalid"

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__(" ".join(problem.detail for problem in problems))
        self.problems = problems

    @classmethod
    def at(cls, pointer: str, detail: str, *, code: str = "invalid") -> InvalidInputError:
        return cls([FieldProblem(pointer, code, detail)])
