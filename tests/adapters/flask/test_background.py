"""The worker thread in a program that serves: after a fork, under gevent, at the end of the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

SHOP = textwrap.dedent(
    """
    import sys
    import flask
    from ecrm import Who, events
    from ecrm.adapters.flask import ECRM, current_crm

    app = flask.Flask("shop", instance_path=sys.argv[1])
    app.config["ECRM_WORKER"] = "thread"
    app.config["ECRM_PLUGINS"] = ()
    ECRM(app)

    @app.get("/visit/<number>")
    def visit(number):
        current_crm.emit(events.StoreVisited(customer=Who(card=number)))
        return ""

    def visits(number):
        return app.extensions["ecrm"].crm.facts(Who(card=number)).get("visits.count", 0)

    def until(holds, s=20):
        import time
        end = time.monotonic() + s
        while not holds() and time.monotonic() < end:
            time.sleep(0.05)
        assert holds()
    """
)


def run(program, tmp_path, timeout=60):
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", SHOP + textwrap.dedent(program), str(tmp_path)],
        capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


def test_the_first_request_starts_it_and_the_end_of_the_process_stops_it(tmp_path):
    said = run(
        """
        background = app.extensions["ecrm"].background
        assert not background.is_running
        app.test_client().get("/visit/7")
        until(lambda: visits("7") == 1)
        print(background.is_running)
        """,
        tmp_path,
    )
    assert said.split() == ["True"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are of POSIX")
def test_each_forked_child_has_a_thread_of_its_own(tmp_path):
    run(
        """
        import os
        app.test_client().get("/visit/1")
        until(lambda: visits("1") == 1)
        children = []
        for number in ("2", "3"):
            pid = os.fork()
            if pid == 0:
                background = app.extensions["ecrm"].background
                fine = not background.is_running
                app.test_client().get("/visit/" + number)
                fine = fine and background.is_running
                until(lambda: visits(number) == 1)
                background.stop()
                os._exit(0 if fine else 1)
            children.append(pid)
        assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0]
        assert app.extensions["ecrm"].background.is_running
        """,
        tmp_path,
    )


def test_under_gevent_requests_and_the_worker_go_on_beside_each_other(tmp_path):
    program = """
        import gevent
        from gevent.pywsgi import WSGIServer
        from urllib.request import urlopen

        server = WSGIServer(("127.0.0.1", 0), app, log=None)
        server.start()
        base = f"http://127.0.0.1:{server.server_port}/visit/"
        calls = [gevent.spawn(lambda n=n: urlopen(base + str(n)).read()) for n in range(100, 120)]
        gevent.joinall(calls, raise_error=True)
        until(lambda: all(visits(str(n)) == 1 for n in range(100, 120)))
        server.stop()
        print("served")
        """
    done = subprocess.run(
        [
            sys.executable, "-c",
            "from gevent import monkey; monkey.patch_all()\n" + SHOP + textwrap.dedent(program), str(tmp_path),
        ],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "served\n"), done.stderr


def test_a_real_server_that_is_told_to_end_loses_nothing(tmp_path):
    from urllib.request import urlopen

    program = SHOP + textwrap.dedent(
        """
        from waitress import create_server
        server = create_server(app, host="127.0.0.1", port=0)
        print(server.effective_port, flush=True)
        server.run()
        """
    )
    arguments = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            port = int(server.stdout.readline())
            for number in range(100, 110):
                urlopen(f"http://127.0.0.1:{port}/visit/{number}").read()
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)
        finally:
            server.kill()
    said = run("app.extensions['ecrm'].crm.work(); print(sum(visits(str(n)) for n in range(100, 110)))", tmp_path)
    assert said.split() == ["10"]
