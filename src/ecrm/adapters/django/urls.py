"""What `path("crm/", include("ecrm.adapters.django.urls"))` mounts."""

from django.urls import path

from ecrm.adapters.django.views import site

app_name = "ecrm"
urlpatterns = [path("<path:path>", site, name="site")]
