"""A web application as one writes it: a view whose generator hands on what a command writes, line by line. The command is
in the environment variable COMMAND."""

import os
import subprocess

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import StreamingHttpResponse
from django.urls import path

settings.configure(SECRET_KEY="of the benchmark", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
django.setup()


def view(request):
    def lines():
        with subprocess.Popen(os.environ["COMMAND"].split(), stdout=subprocess.PIPE) as child:
            yield from child.stdout

    return StreamingHttpResponse(lines(), content_type="text/plain")


urlpatterns = [path("", view)]
application = get_wsgi_application()
