"""What somebody has typed into New Model so far, as data: read from a form, a clone or nothing at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from catalog.facts import Use
from catalog.models import Model
from catalog.platforms.words import plain
from customization import hyperparameters as knobs
from customization.models import CustomizationJob, Dataset
from customization.models.resource import new_token, token_in
from customization.prose import tidy

# For a family without a table: as many as most documentations name, and always some more than were typed.
FREE_ROWS, SPARE_ROWS = 8, 3


@dataclass(frozen=True)
class Knob:
    """One row of the hyperparameter table; ``parameter`` None: a free key-value pair."""

    name: str
    value: str
    parameter: knobs.Parameter | None = None
    error: str = ""


@dataclass
class Draft:
    """Everything the page needs to show what was typed; nothing is lost on an error."""

    name: str = ""
    description: str = ""
    base: Model | None = None
    training: Dataset | None = None
    validation: Dataset | None = None
    training_uri: str = ""
    validation_uri: str = ""
    pairs: dict[str, str] = field(default_factory=dict)
    pairs_for: Model | None = None  # the base model that ``pairs`` were filled in for
    left_out: dict[str, str] = field(default_factory=dict)  # typed for another family, of no use to this one
    is_rebased: bool = False  # the pairs are not those that the page showed
    errors: dict[str, str] = field(default_factory=dict)
    # Names one filling in of the form, so that a second press of Create makes no second model.
    token: str = field(default_factory=new_token, compare=False)

    @property
    def family(self) -> knobs.Family | None:
        return knobs.family_of(self.base.external_id) if self.base else None

    @property
    def knob_rows(self) -> list[Knob]:
        """Rows to show: the family's parameters with what was typed, or free rows."""
        family = self.family
        if family:
            known = {row.name for row in family.parameters}
            return [
                *(
                    self._knob(row.name, self.pairs.get(row.name, row.default), row)
                    for row in family.parameters
                ),
                # Of a clone, or typed while nothing was known: shown, so that it can be taken away.
                *(self._knob(name, value) for name, value in self.pairs.items() if name not in known),
            ]
        typed = [self._knob(name, value) for name, value in self.pairs.items()]
        return [*typed, *(Knob("", "") for _ in range(max(SPARE_ROWS, FREE_ROWS - len(typed))))]

    def _knob(self, name: str, value: str, parameter: knobs.Parameter | None = None) -> Knob:
        return Knob(name, value, parameter, self.errors.get(f"hyperparameter:{name}", ""))

    @property
    def typed_pairs(self) -> list[tuple[str, str]]:
        """For the page: a template that asks a dictionary for its items gets the pair that is called so."""
        return list(self.pairs.items())

    @property
    def left_out_pairs(self) -> list[tuple[str, str]]:
        return list(self.left_out.items())

    @property
    def epochs(self) -> int | None:
        text = self.pairs.get("epochCount") or knobs.defaults(self.family).get("epochCount", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def bases() -> QuerySet[Model]:
    """Models that can be fine-tuned: green and technically fit."""
    return Model.objects.usable_for(Use.CUSTOMIZATION).order_by("provider", "name", "external_id")


def draft_from(data: QueryDict) -> Draft:
    """Read what was typed; ids of nothing are dropped."""
    base = bases().filter(pk=id_in(data.get("base"))).first()
    draft = Draft(
        name=_text(data, "name"),
        description=tidy(data.get("description")),
        base=base,
        training=_dataset(data.get("training"), "training"),
        validation=_dataset(data.get("validation"), "validation"),
        training_uri=_text(data, "training_uri"),
        validation_uri=_text(data, "validation_uri"),
        pairs=dict(_typed_pairs(data)),
        pairs_for=base,
        errors=_twice(_typed_pairs(data)),
        token=token_in(data.get("token", "")) or new_token(),
    )
    _rebase(draft, id_in(data.get("hp_base")))
    return draft


def _rebase(draft: Draft, shown_for: int) -> None:
    """The hyperparameters were shown for one base model and another is chosen now: the old defaults must not stay."""
    if not shown_for or (draft.base and draft.base.pk == shown_for):
        return
    before = Model.objects.filter(pk=shown_for).first()
    if before is None:
        return
    if draft.base is None:
        draft.pairs_for = before  # until one is chosen
        return
    old, new = knobs.family_of(before.external_id), draft.family
    draft.pairs, draft.left_out = knobs.carried_over(old, new, draft.pairs)
    draft.is_rebased = old != new


def _text(data: QueryDict, field: str) -> str:
    return plain(data.get(field), 2000).strip()


def draft_of(job: CustomizationJob) -> Draft:
    """A clone: everything but the name, which can't be used twice."""
    usable = bases().filter(pk=job.base_id).first()
    return Draft(
        description=job.model.description,
        base=usable,
        training=job.training,
        validation=job.validation,
        training_uri="" if job.training else job.training_uri,
        validation_uri="" if job.validation else job.validation_uri,
        pairs={key: str(value) for key, value in job.hyperparameters.items()},
        pairs_for=usable or job.base,
    )


def _typed_pairs(data: QueryDict) -> list[tuple[str, str]]:
    names, values = data.getlist("hp_name"), data.getlist("hp_value")
    return [
        (plain(name, 2000).strip(), plain(value, 2000).strip())
        for name, value in zip(names, values, strict=False)
        if name.strip() or value.strip()
    ]


def _twice(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Errors for names that were given twice: the last value is shown, and nobody may miss that the first is lost."""
    counts = Counter(name for name, _ in pairs)
    return {
        f"hyperparameter:{name}": f"“{name}” is given {count} times: "
        f"{', '.join(value for known, value in pairs if known == name)}. Only the last is kept here: look it over."
        for name, count in counts.items()
        if name and count > 1
    }


def _dataset(value: str | None, purpose: str) -> Dataset | None:
    """Without what is up to half a megabyte: each refresh of the form reads the row."""
    lean = Dataset.objects.defer("fingerprint", "report")
    return lean.filter(pk=id_in(value), purpose=purpose).first()


def id_in(value: Any) -> int:
    """A row's id as a form gives it; 0, which no row has, for anything else."""
    usable = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
    return int(value) if usable else 0
