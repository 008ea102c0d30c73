"""A small shop on Flask and SQLAlchemy: products, an account, a cart, orders. Nothing in it knows of ecrm."""

from decimal import Decimal
from pathlib import Path

from flask import Flask, redirect, render_template, request, session, url_for
from flask_sqlalchemy import SQLAlchemy
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask("flask_shop", root_path=Path(__file__).parent)
app.config.from_mapping(SECRET_KEY="only for trying it out", SQLALCHEMY_DATABASE_URI="sqlite:///shop.db")
app.config.from_prefixed_env()
db = SQLAlchemy(app)


class Account(db.Model):
    """Somebody who can sign in."""

    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(320), unique=True, nullable=False)
    password = db.Column(db.String(200), nullable=False)


class Product(db.Model):
    """Something to buy; prices are in kuruş."""

    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(100), nullable=False)
    kurus = db.Column(db.Integer, nullable=False)

    @property
    def price(self):
        """Give the price in lira."""
        return Decimal(self.kurus) / 100


class Order(db.Model):
    """What somebody bought."""

    id = db.Column(db.Integer, primary_key=True)
    account_id = db.Column(db.ForeignKey(Account.id), nullable=False)
    kurus = db.Column(db.Integer, nullable=False)
    account = db.relationship(Account)
    lines = db.relationship("Line")

    @property
    def total(self):
        """Give what was paid, in lira."""
        return Decimal(self.kurus) / 100


class Line(db.Model):
    """One product of an order."""

    order_id = db.Column(db.ForeignKey(Order.id), primary_key=True)
    product_id = db.Column(db.ForeignKey(Product.id), primary_key=True)
    quantity = db.Column(db.Integer, nullable=False)
    product = db.relationship(Product)


@app.get("/")
def home():
    """Show what there is."""
    return render_template("home.html", products=db.session.query(Product).all(), account=signed_in())


@app.post("/sign-up")
def sign_up():
    """Open an account, and sign in."""
    email = request.form["email"].strip().lower()
    if db.session.query(Account).filter_by(email=email).first():
        return "this address has an account: sign in", 409
    account = Account(email=email, password=generate_password_hash(request.form["password"]))
    db.session.add(account)
    db.session.commit()
    session["account"] = account.id
    return redirect(url_for("home"))


@app.post("/sign-in")
def sign_in():
    """Sign in."""
    account = db.session.query(Account).filter_by(email=request.form["email"].strip().lower()).first()
    if account is None or not check_password_hash(account.password, request.form["password"]):
        return "the address or the password is wrong", 403
    session["account"] = account.id
    return redirect(url_for("home"))


@app.post("/cart/<int:product_id>")
def add(product_id):
    """Put a product into the cart."""
    product = db.get_or_404(Product, product_id)
    cart = session.setdefault("cart", {})
    cart[str(product.id)] = cart.get(str(product.id), 0) + 1
    session.modified = True
    return redirect(url_for("home"))


@app.post("/checkout")
def check_out():
    """Turn the cart into an order."""
    account, cart = signed_in(), session.get("cart")
    if account is None or not cart:
        return "sign in, and put something into the cart", 400
    lines = [Line(product=db.get_or_404(Product, int(one)), quantity=count) for one, count in cart.items()]
    order = Order(account=account, lines=lines, kurus=sum(line.product.kurus * line.quantity for line in lines))
    db.session.add(order)
    db.session.commit()
    session.pop("cart")
    return render_template("thanks.html", order=order)


def signed_in():
    """Give the account of who asks, or None."""
    return db.session.get(Account, session["account"]) if "account" in session else None


with app.app_context():
    db.create_all()
    if not db.session.query(Product).count():
        db.session.add_all([Product(name="Coffee", kurus=24990), Product(name="Cup", kurus=14950)])
        db.session.commit()

if __name__ == "__main__":
    app.run()
