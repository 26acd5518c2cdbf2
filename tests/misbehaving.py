"""Addresses of public pages that do what none may do, to see that they are kept by nobody."""

from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.urls import path

from hubs.pages import public
from hubs.vocabulary.keeping import LARGEST
from showcase.urls import handler400, handler403, handler404, handler500
from showcase.urls import urlpatterns as ours

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def well(request):
    return HttpResponse("For anybody. " * 100)


def sets_a_cookie(request):
    response = well(request)
    response.set_cookie("draft", "x")
    return response


def reads_the_session(request):
    request.session.get("x")
    return well(request)


def looks_who_it_is(request):
    return HttpResponse(f"{request.user} " * 100)


def has_a_form(request):
    return HttpResponse(f"{get_token(request)} " * 100)


def says_no_store(request):
    response = well(request)
    response["Cache-Control"] = "no-store"
    return response


def says_private(request):
    response = well(request)
    response["Cache-Control"] = "private"
    return response


def varies(request):
    response = well(request)
    response["Vary"] = "User-Agent"
    return response


def streams(request):
    return StreamingHttpResponse(iter([b"For anybody. "] * 100))


def is_large(request):
    return HttpResponse(b"x" * (LARGEST + 1))


def is_not_there(request):
    raise Http404


def says_it_is_not_there(request):
    return HttpResponse("No. " * 100, status=404)


def leads_elsewhere(request):
    return HttpResponseRedirect("/")


def is_away(request):
    return HttpResponse("Later. " * 100, status=503)


def fails(request):
    raise ZeroDivisionError


def is_packed_already(request):
    response = well(request)
    response["Content-Encoding"] = "br"
    return response


MISBEHAVING = [
    *(sets_a_cookie, reads_the_session, looks_who_it_is, has_a_form, says_no_store, says_private, varies, streams),
    *(is_large, is_not_there, says_it_is_not_there, leads_elsewhere, is_away, fails, is_packed_already),
]
urlpatterns = [
    *(path(f"misbehaving/{view.__name__}/", public(view)) for view in (well, *MISBEHAVING)),
    *ours,
]
