"""A Shopify app with a page for each shop that installed it."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ecrm import CRM
from ecrm.http import Request
from ecrm.web import Site

SECRET = os.environ.get("SHOPIFY_API_SECRET", "a client secret for trying it out")
# By domain, the access token that the app's OAuth callback got.
SHOPS = json.loads(os.environ.get("SHOPS", '{"snowdevil.myshopify.com": "an access token for trying it out"}'))
LONGEST = 4 * 1_048_576
crm = CRM(os.environ.get("CRM", "sqlite:///crm.db"), secrets={"shopify.client_secret": SECRET})


class App(BaseHTTPRequestHandler):
    """Answer the merchants, who see one page each."""

    def do_GET(self):
        """Show a shop its page."""
        domain = self.path.strip("/")
        if domain in SHOPS:
            told = {"shop": domain, "customers": len(crm.for_shop(domain).customers.list())}
            self.reply(200, json.dumps(told).encode())
        else:
            self.reply(404)

    def do_POST(self):
        """Take what Shopify sends."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST:
            self.reply(413)
            return
        body = self.rfile.read(int(length))
        answer = Site(crm).answer(Request("POST", self.path, body, self.headers.items()))
        self.reply(answer.status, answer.body)

    def reply(self, status, body=b""):
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    """Serve for ever."""
    for domain in SHOPS:
        crm.for_shop(domain).plugins.configure("shopify", domain=domain, is_installed=False)
    threading.Thread(target=crm.worker().run_forever, daemon=True).start()
    with ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), App) as server:
        print(f"http://127.0.0.1:{server.server_port}/{next(iter(SHOPS))}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
