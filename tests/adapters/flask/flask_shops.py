"""A shop on Flask and Flask-SQLAlchemy, as small as it can be."""

from __future__ import annotations

import flask
from flask_sqlalchemy import SQLAlchemy

from ecrm import Money, events
from ecrm.adapters.flask import ECRM, current_crm, who

db = SQLAlchemy()


class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    kurus = db.Column(db.Integer)


def order_completed(order_id, **envelope):
    return events.OrderCompleted(order_id=order_id, total=Money("149.90", "TRY"), customer=who(user_id=7), **envelope)


def make_shop(instance_path, shop_url="sqlite:///shop.db", **config):
    app = flask.Flask("shop", instance_path=str(instance_path))
    app.config.update({"SQLALCHEMY_DATABASE_URI": shop_url, "SECRET_KEY": "not a secret", **config})
    db.init_app(app)
    ECRM(app)
    app.extensions["ecrm"].crm.upgrade()
    with app.app_context():
        db.create_all()

    @app.post("/orders/<int:order_id>")
    def buy(order_id):
        db.session.add(Order(id=order_id, kurus=14990))
        is_emitted = current_crm.emit(order_completed(order_id))
        if "fails" in flask.request.args:
            db.session.rollback()
            return {"emitted": is_emitted}, 409
        db.session.commit()
        return {"emitted": is_emitted}

    @app.get("/look")
    def look():
        current_crm.emit_alone(events.ProductViewed(product_id="7", customer=who()))
        return "a product"

    @app.post("/sign-in")
    def sign_in():
        current_crm.emit(events.SignedIn(customer=who(user_id=7)))
        db.session.commit()
        return ""

    @app.get("/plain")
    def plain():
        return "no customer is asked for"

    return app


def count_orders(app):
    with app.app_context():
        return db.session.query(Order).count()


def close_shop(app):
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    app.extensions["ecrm"].close()
