"""The addresses of the tests' project."""

from django.contrib import admin
from django.http import HttpResponse
from django.urls import include, path


def shown(request):
    from ecrm.adapters.django import visitor_of

    visitor = visitor_of(request)
    return HttpResponse(visitor.anonymous_id if visitor else "nobody")


def quiet(request):
    return HttpResponse("nobody was asked")


urlpatterns = [
    path("crm/", include("ecrm.adapters.django.urls")),
    path("admin/", admin.site.urls),
    path("shown/", shown),
    path("quiet/", quiet),
]
