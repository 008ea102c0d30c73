"""`current_crm.emit` in a view: the order and its event have one fate."""

from __future__ import annotations

import pytest
from flask_shops import Order, count_orders, db, order_completed

from ecrm import Who, events
from ecrm.adapters.flask import current_crm
from ecrm.errors import SetupError


def test_an_order_that_commits_is_on_the_timeline(app):
    assert app.test_client().post("/orders/1").json == {"emitted": True}
    crm = app.extensions["ecrm"].crm
    assert crm.work().received == 1
    assert [order.order_id for order in crm.orders(Who(user_id=7))] == ["1"]


def test_an_order_that_is_rolled_back_leaves_no_event(app):
    assert app.test_client().post("/orders/1?fails").status_code == 409
    assert count_orders(app) == 0
    assert app.extensions["ecrm"].crm.work().received == 0


def test_a_session_that_only_emits_commits_the_event(app):
    with app.app_context():
        assert current_crm.emit(order_completed(1))
        db.session.commit()
        assert current_crm.work().received == 1


def test_what_a_view_never_commits_is_not_kept_unless_it_is_emitted_alone(app):
    with app.app_context():
        assert current_crm.emit(order_completed(1))
    with app.app_context():
        assert current_crm.emit_alone(order_completed(2))
        assert current_crm.work().received == 1
        assert [order.order_id for order in current_crm.orders(Who(user_id=7))] == ["2"]


def test_an_event_in_a_nested_transaction_goes_with_it(app):
    with app.app_context():
        db.session.add(Order(id=1, kurus=1))
        nested = db.session.begin_nested()
        assert current_crm.emit(order_completed(1))
        nested.rollback()
        assert current_crm.emit(order_completed(2))
        db.session.commit()
        assert current_crm.work().received == 1
        assert [order.order_id for order in current_crm.orders(Who(user_id=7))] == ["2"]


def test_a_crm_elsewhere_is_not_joined_and_the_event_is_durable_at_once(make_app, tmp_path):
    app = make_app(ECRM_DATABASE=f"sqlite:///{tmp_path / 'elsewhere.db'}")
    assert app.test_client().post("/orders/1?fails").json == {"emitted": True}
    assert app.extensions["ecrm"].crm.work().received == 1


def test_without_a_program_around_it_emit_has_a_transaction_of_its_own(sqlite_app):
    crm = sqlite_app.extensions["ecrm"].crm
    assert crm.emit(events.SignedIn(customer=Who(user_id=7)))
    assert crm.work().received == 1


def test_a_view_on_another_shop_joins_too(sqlite_app):
    with sqlite_app.app_context():
        assert current_crm.for_shop("outlet").emit(order_completed(1))
        db.session.rollback()
        assert current_crm.work().received == 0


def test_a_failure_of_ours_leaves_the_order_as_it_was(sqlite_app):
    with sqlite_app.app_context():
        db.session.execute(db.text("DROP TABLE ecrm_inbox"))
        db.session.commit()
    assert sqlite_app.test_client().post("/orders/1").json == {"emitted": False}
    assert count_orders(sqlite_app) == 1


def test_a_failure_is_shown_where_the_config_says_so(make_app):
    app = make_app(ECRM_ON_ERROR="raise")
    with app.app_context():
        db.session.execute(db.text("DROP TABLE ecrm_inbox"))
        db.session.commit()
        with pytest.raises(SetupError, match="has no inbox"):
            current_crm.emit(order_completed(1))
