"""Start the shop on http://127.0.0.1:8000/ with a worker beside it: `python examples/django_shop/run.py [port]`.

It makes its database and fills it when there is none. The admin site is at /admin/: owner@example.com, owner.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Migrate, fill, serve."""
    sys.path.insert(0, str(HERE))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from shop.filling import fill

    fill()
    port = sys.argv[1] if len(sys.argv) > 1 else "8000"
    # Whoever ends the shop ends its worker, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    worker = subprocess.Popen([sys.executable, str(HERE / "manage.py"), "ecrm", "work"])
    try:
        call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    main()
