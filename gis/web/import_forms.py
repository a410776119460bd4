"""What a person fills in on the way of an import: the upload, how to read it, what it means."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from gis.ingest.columns import FIELD_LABELS, REQUIRED
from gis.services.territory.drafts import ImportChoices
from gis.terms import GridKind, LayerKind

DATUMS = (
    ("as_is", _("不换算，按原坐标")),
    ("gcj02", _("由 GCJ-02（火星坐标）换算")),
    ("bd09", _("由 BD-09（百度坐标）换算")),
)


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, said(kind.label)) for kind in LayerKind]


class UploadForm(forms.Form):
    """What a file holds, for which district, from whom; the files themselves are taken by the upload handler."""

    kind = forms.ChoiceField(label=_("图层类别"), choices=_kinds, initial=LayerKind.GRID.value)
    district = forms.ChoiceField(label=_("所属区"), required=False)
    source = forms.CharField(label=_("提供单位"), required=False, max_length=120)

    def __init__(self, *args: Any, districts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, f"{name} {code}") for code, name in districts]
        if len(choices) != 1:
            choices.insert(0, ("", said("按编码判断")))
        self.fields["district"].choices = choices  # type: ignore[attr-defined]
        self.fields["source"].widget.attrs |= {"list": "sources", "autocomplete": "off"}


class ReadingForm(forms.Form):
    """How to read the file: another kind, layer or encoding means reading it again."""

    kind = forms.ChoiceField(label=_("图层类别"), choices=_kinds)
    layer = forms.ChoiceField(label=_("图层"), required=False)
    encoding = forms.CharField(label=_("文字编码"), required=False, max_length=40)

    def __init__(self, *args: Any, layers: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["layer"].choices = [("", said("（唯一图层）")), *((name, name) for name in layers)]  # type: ignore[attr-defined]
        if layers:
            self.fields["layer"].choices = [(name, name) for name in layers]  # type: ignore[attr-defined]


class ConfirmForm(forms.Form):
    """What the file means: a select for each field, and how it is to be imported."""

    crs = forms.CharField(label=_("坐标系"), required=False, max_length=80)
    datum = forms.ChoiceField(label=_("偏移坐标"), choices=DATUMS)
    trust_datum = forms.BooleanField(label=_("坐标看似偏移或错位也按上面的选择导入"), required=False)
    accuracy_m = forms.FloatField(label=_("数据精度（米）"), required=False, min_value=0.001, max_value=10_000)
    in_force_on = forms.DateField(
        label=_("自哪天零时起生效"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    source = forms.CharField(label=_("提供单位"), required=False, max_length=120)
    district = forms.ChoiceField(label=_("所属区"), required=False)
    grid_kind = forms.ChoiceField(label=_("未注明类型的网格算作"), required=False)
    retire_missing = forms.BooleanField(label=_("停用文件中没有的地点"), required=False)
    settle_overlaps = forms.BooleanField(label=_("裁齐误差内的网格重叠，逐项列出"), required=False)

    def __init__(
        self, *args: Any, kind: LayerKind, preview: dict[str, Any], districts: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.preview = preview
        self.fields["district"].choices = [("", said("按编码判断")), *((c, f"{n} {c}") for c, n in districts)]  # type: ignore[attr-defined]
        self.fields["crs"].widget.attrs |= {"list": "frames", "autocomplete": "off"}
        self.fields["source"].widget.attrs |= {"list": "sources", "autocomplete": "off"}
        if kind is LayerKind.GRID:
            self.fields["grid_kind"].choices = [(each.value, said(each.label)) for each in GridKind]  # type: ignore[attr-defined]
        else:
            del self.fields["grid_kind"], self.fields["settle_overlaps"]
        for field in preview.get("fields", []):
            self.fields[f"map_{field}"] = forms.ChoiceField(
                label=said(FIELD_LABELS[field]),
                choices=_columns(preview),
                required=field in REQUIRED,
                error_messages={"required": said("请指明哪一列是%(field)s。") % {"field": said(FIELD_LABELS[field])}},
            )

    def clean_in_force_on(self) -> date | None:
        on: date | None = self.cleaned_data["in_force_on"]
        if on is not None and not 1949 <= on.year <= 2200:
            raise forms.ValidationError(said("生效日期不合理；请核对年份。"))
        return on

    def mapped(self) -> list[dict[str, Any]]:
        """Return, for each field of the kind, its select with what is said for the guess."""
        guess = self.preview.get("guess", {})
        return [
            {"field": self[f"map_{field}"], "reason": guess.get("reasons", {}).get(field, "")}
            for field in self.preview.get("fields", [])
        ]

    def choices(self, before: ImportChoices) -> ImportChoices:
        """Return what the person chose; layer and encoding stay as the file was read."""
        told = self.cleaned_data
        return ImportChoices(
            district_code=told["district"],
            source=told["source"],
            layer=before.layer,
            encoding=before.encoding,
            crs=told["crs"].partition("（")[0].strip(),
            datum=told["datum"],
            trust_datum=told["trust_datum"],
            mapping={field: told[f"map_{field}"] for field in self.preview.get("fields", [])},
            accuracy_m=told["accuracy_m"],
            in_force_on=told["in_force_on"],
            grid_kind=GridKind(told.get("grid_kind") or GridKind.ORDINARY.value),
            retire_missing=told["retire_missing"],
            settle_overlaps=told.get("settle_overlaps", False),
        )


def _columns(preview: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the columns to choose from, each with its first values."""
    offered = [("", said("（不导入）"))]
    for column in preview.get("columns", []):
        samples = "、".join(column["samples"][:2])
        words = f"{column['name']}（{samples[:30]}）" if samples else column["name"]
        offered.append((column["name"], words))
    return offered


def initial_of(choices: ImportChoices, preview: dict[str, Any], *, accuracy_m: float | None) -> dict[str, Any]:
    """Return what the confirm form shows first: what was chosen before, else what the file says or is guessed."""
    mapping = choices.mapping if choices.mapping is not None else preview.get("guess", {}).get("mapping", {})
    declared = preview.get("frame", {}).get("declared", "")
    return {
        "crs": choices.crs or (declared if declared.startswith("EPSG:") else ""),
        "datum": choices.datum,
        "trust_datum": choices.trust_datum,
        "accuracy_m": choices.accuracy_m or accuracy_m,
        "in_force_on": choices.in_force_on,
        "source": choices.source,
        "district": choices.district_code,
        "grid_kind": choices.grid_kind.value,
        "retire_missing": choices.retire_missing,
        "settle_overlaps": choices.settle_overlaps,
    } | {f"map_{field}": column for field, column in mapping.items()}
