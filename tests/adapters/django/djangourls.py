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


def buy(request, number):
    from ecrm import Money, Who, events
    from ecrm.adapters.django import crm

    total, customer = Money("149.90", "TRY"), Who(user_id=7)
    crm.emit(events.OrderCompleted(order_id=number, total=total, customer=customer))
    if "fails" in request.GET:
        raise ZeroDivisionError
    return HttpResponse("thank you")


urlpatterns = [
    path("crm/", include("ecrm.adapters.django.urls")),
    path("admin/", admin.site.urls),
    path("shown/", shown),
    path("quiet/", quiet),
    path("buy/<int:number>/", buy),
]
