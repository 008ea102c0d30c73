"""The secrets a host gives a CRM: those of plugins, for all shops, what seals what shops set, what signs and marks.

Nothing here shows a value in a repr, a message or a log.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ecrm.errors import InvalidError, SetupError
from ecrm.hookspecs import Setting
from ecrm.hookspecs.settings import checked_secret

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

__all__ = ["USES", "Keyring"]

_SEAL = "settings"
USES = ("links", "erasure")
_MOST_ACTIVE = 2
_KEY_BYTES = 32
_MAKE_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
_INSTALL = 'sealing secrets needs cryptography: pip install "ecrm[secrets]"'


class Keyring:
    """Hold what a host gave as `CRM(secrets=…)`.

    Args:
        given: By name: `settings` for the keys that seal, `links` for what signs them, `erasure` for what
            marks who was erased, `<plugin>.<setting>` for a plugin's secret; each a text, or several, the
            newest first.
        declared: The settings of each plugin, which its secrets are checked by.

    Raises:
        SetupError: A secret is empty or too short, a key is none, or a plugin has no such secret.

    >>> Keyring({"acme.api_secret": "correct horse battery"}, {}).of_host("acme", "api_secret")
    ('correct horse battery',)
    """

    def __init__(self, given: Mapping[str, str | Sequence[str]], declared: Mapping[str, tuple[Setting, ...]]) -> None:
        values = {name: _several(name, value) for name, value in given.items()}
        self._keys = tuple(_checked_key(key) for key in values.pop(_SEAL, ()))
        for name, active in values.items():
            _check_given(name, active, {} if name in USES else declared)
        self._given = values
        self._sealer: MultiFernet | None = None
        if self._keys and find_spec("cryptography") is None:
            raise SetupError(_INSTALL)

    def __repr__(self) -> str:
        return f"<Keyring of {len(self._given)} secrets, {len(self._keys)} keys>"

    def of_host(self, plugin: str, name: str) -> tuple[str, ...]:
        """Give the active values of a secret that the host gave, the newest first; none where it gave none."""
        return self._given.get(f"{plugin}.{name}", ())

    def of_use(self, use: str) -> tuple[str, ...]:
        """Give the active values of what signs links, or marks who was erased; none where the host gave none.

        >>> Keyring({"links": "correct horse battery"}, {}).of_use("links")
        ('correct horse battery',)
        """
        return self._given.get(use, ())

    def seal(self, where: tuple[str, str, str], secret: str) -> str:
        """Seal a secret so that it opens in its own place only.

        Args:
            where: Shop, plugin and name.
            secret: The secret.

        Raises:
            SetupError: The CRM has no key to seal with.
        """
        return self._fernet().encrypt(json.dumps([*where, secret]).encode()).decode()

    def open(self, where: tuple[str, str, str], sealed: str) -> str:
        """Open a sealed secret.

        Raises:
            SetupError: It was sealed with a key the CRM does not have, or for another place.
        """
        from cryptography.fernet import InvalidToken

        shop, plugin, name = where
        try:
            *place, secret = json.loads(self._fernet().decrypt(sealed.encode()))
        except InvalidToken as error:
            message = 'give the key it was sealed with, beside the new one, as CRM(secrets={"settings": [new, old]})'
            raise SetupError(f"the secret {plugin}.{name} of shop {shop} can not be opened: {message}") from error
        if place != [*where]:
            message = "set it anew by crm.plugins.configure"
            raise SetupError(f"the secret {plugin}.{name} of shop {shop} was sealed for another place: {message}")
        return str(secret)

    def _fernet(self) -> MultiFernet:
        if self._sealer is None:
            if not self._keys:
                message = f'give a key as CRM(secrets={{"settings": "…"}}), made by: {_MAKE_KEY}'
                raise SetupError(f"a shop's secrets are sealed, and this CRM has no key for it: {message}")
            from cryptography.fernet import Fernet, MultiFernet

            self._sealer = MultiFernet([Fernet(key) for key in self._keys])
        return self._sealer


def _several(name: str, value: Any) -> tuple[Any, ...]:
    if not isinstance(name, str):
        raise SetupError('give secrets by name, as {"acme.api_secret": "…"}')
    active = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Sequence) else ()
    most = len(active) if name == _SEAL else _MOST_ACTIVE
    if not active or len(active) > most:
        raise SetupError(f"secret {name}: give a text, or the new and the old one in a list")
    return active


def _check_given(name: str, active: tuple[Any, ...], declared: Mapping[str, tuple[Setting, ...]]) -> None:
    plugin, _, setting_name = name.partition(".")
    setting = next((one for one in declared.get(plugin, ()) if one.name == setting_name and one.is_secret), None)
    if setting is None and declared.get(plugin):
        names = ", ".join(f"{plugin}.{one.name}" for one in declared[plugin] if one.is_secret) or "none"
        raise SetupError(f"secret {name}: plugin {plugin} has no such secret; it has {names}")
    for value in active:
        try:
            if setting is None:
                checked_secret(name, value)
            else:
                setting.checked(value)
        except InvalidError as error:
            raise SetupError(f"secret {name} can not be used: {error}") from error


def _checked_key(key: Any) -> str:
    try:
        length = len(base64.urlsafe_b64decode(key.encode()))
    except (AttributeError, ValueError, binascii.Error):
        length = 0
    if length != _KEY_BYTES:
        raise SetupError(f"the secret settings is no key of Fernet: make one by {_MAKE_KEY}")
    return str(key)
