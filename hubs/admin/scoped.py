"""Admin pages that show and change what hubs/staff/scope.py allows, and nothing else: lists, forms, choices, filters.

Every admin class of the project stands on these (hubs/admin/bases.py); none decides on its own whose rows it shows.

What the type checker is told to ignore here belongs to the class that these are mixed into.
"""

from typing import Any

from django.apps import apps
from django.contrib.admin import RelatedFieldListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest

from hubs.admin import typed
from hubs.admin.choosing import RowsField, SelectOne, SelectSeveral
from hubs.staff import scope
from hubs.vocabulary.ids import AN_ID


class _Permitted:
    """Django's four questions, answered by scope.py. An inline is asked with the row that it stands under."""

    model: Any

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return scope.may(request.user, "view", self.model, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return scope.may(request.user, "add", self.model, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return scope.may(request.user, "change", self.model, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return scope.may(request.user, "delete", self.model, obj)

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """What a form lets somebody choose, and so what a crafted one may name."""
        found: QuerySet[Any] | None = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        queryset = db_field.remote_field.model._default_manager.all() if found is None else found
        if label_of(db_field) in scope.ANYWHERE:
            return queryset
        return scope.choices(request.user, queryset, of=self.model)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Dates and times are read as people write them."""
        if ours := typed.field_for(db_field):
            kwargs |= {"form_class": ours, "widget": ours.widget}
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # of the class below it

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["form_class"] = RowsField
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = SelectSeveral(db_field, self.admin_site)  # type: ignore[attr-defined]  # below it
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A row of no hub is every hub's, so superusers alone may leave the hub empty.

        Django's own widget for typing fails on a value that is no id.
        """
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = SelectOne(db_field, self.admin_site)  # type: ignore[attr-defined]  # below it
        if db_field.null and scope.must_name_its_hub(request.user, self.model, db_field.name):
            kwargs |= {"required": True, "help_text": ""}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class ScopedInline(_Permitted):
    """Rows of a row."""


class Scoped(_Permitted):
    """Lists, pages, filters and histories of the rows that somebody may see."""

    goes_too: tuple[str, ...] = ()  # labels of models whose rows go with a row, though nobody deletes one alone

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]  # of the class below it
        return queryset if getattr(request, "chooses_anywhere", False) else scope.rows(request.user, queryset)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Django asks for a permission for every row that goes with the ones deleted."""
        found, counts, needed, protected = super().get_deleted_objects(objs, request)  # type: ignore[misc]  # below it
        known = {apps.get_model(label)._meta.verbose_name for label in self.goes_too}
        return found, counts, needed - known, protected

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """PostgreSQL takes no NUL in a text, and Django's filters pass on what came: that is a filter of nothing."""
        if any("\x00" in value for _name, values in request.GET.lists() for value in values):
            raise IncorrectLookupParameters
        try:
            return super().get_changelist_instance(request)  # type: ignore[misc]  # of the class below it
        except (OverflowError, DataError) as too_large:  # a number that the one or the other database does not take
            raise IncorrectLookupParameters from too_large

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Ticked rows whose key is none are no rows; Django asks the database for them."""
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        rows = [one for one in ticked if self._is_key(one)]
        if rows != ticked:
            posted = request.POST.copy()
            posted.setlist(ACTION_CHECKBOX_NAME, rows)
            request.POST = posted  # type: ignore[assignment]  # a copy of it
        return super().response_action(request, queryset)  # type: ignore[misc]  # of the class below it

    def _is_key(self, text: str) -> bool:
        try:
            key = self.model._meta.pk.to_python(text)
        except ValidationError:
            return False
        return bool(AN_ID.fullmatch(text)) if isinstance(key, int) else "\x00" not in text

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Django takes any field of the rows for a filter, also one that the page does not show."""
        allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]  # of the class below it
        if not allowed or scope.may_look_up_all(request.user):
            return allowed
        return self._is_filter(lookup.split("__")[0])

    def _is_filter(self, name: str) -> bool:
        """Whether a filter of the list begins so, or it is the row's key; what is no field, Django knows itself."""
        filters: list[Any] = [*self.list_filter, self.date_hierarchy or ""]  # type: ignore[attr-defined]
        if name in {one.split("__")[0] for one in filters if isinstance(one, str)}:
            return True
        try:
            return bool(getattr(self.model._meta.get_field(name), "primary_key", False))
        except FieldDoesNotExist:
            return True

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Filters by related rows name those that somebody may see."""
        asked = super().get_list_filter(request)  # type: ignore[misc]  # of the class below it
        return [(one, VisibleRowsFilter) if isinstance(one, str) and self._is_related(one) else one for one in asked]

    def _is_related(self, path: str) -> bool:
        model: Any = self.model
        for part in path.split("__"):
            try:
                field = model._meta.get_field(part)
            except FieldDoesNotExist:
                return False
            if not field.is_relation:
                return False
            model = field.related_model
        return True

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The row's own page, not Django's redirect to it, which anybody's rows would answer to."""
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None


class VisibleRowsFilter(RelatedFieldListFilter):
    """A filter whose choices are rows that somebody may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        seen = scope.rows(request.user, field.remote_field.model._default_manager.all()).order_by()
        ordering = self.field_admin_ordering(field, request, model_admin)
        only = Q(pk__in=seen.values("pk"))
        return list(field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=only))


class ScopedAutocomplete(AutocompleteJsonView):
    """What a form lets somebody choose by typing a part of its name."""

    def process_request(self, request: HttpRequest) -> Any:
        found = super().process_request(request)
        request.chooses_for = label_of(found[2])  # type: ignore[attr-defined]  # ours
        request.chooses_anywhere = request.chooses_for in scope.ANYWHERE  # type: ignore[attr-defined]  # ours
        return (found[0].replace("\x00", ""), *found[1:])  # which PostgreSQL does not take

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset()
        found = found if found.ordered else found.order_by("pk")
        if self.request.chooses_anywhere:  # type: ignore[attr-defined]  # ours
            return found
        return scope.choices(self.request.user, found, of=self.source_field.model)

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """A row is called what it is, unless its list says more of it to whoever has to choose (`to_choose`)."""
        more = getattr(self.model_admin, "to_choose", str)
        return super().serialize_result(obj, to_field_name) | {"text": more(obj)}


def label_of(field: "Field[Any, Any]") -> str:
    """As `scope.ANYWHERE` names it: "hubs.ShowcaseSession.also_run_by"."""
    return f"{field.model._meta.label}.{field.name}"
