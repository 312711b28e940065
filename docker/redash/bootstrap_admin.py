"""The organisation, its groups and the administrator, by Redash's own models: e-mail, password and API key as set.

May run again at any time. Redash's own commands can neither fix an API key nor be repeated.
"""

from __future__ import annotations

import os
import sys

from cryptography.fernet import InvalidToken
from redash.models import DataSource, Group, Organization, User, db
from redash.utils.configuration import ConfigurationContainer

SOURCE = "Bazaar"  # the publisher's data source: it writes its settings again after this


def organization() -> Organization:
    """The one organisation, with its two built-in groups; it phones nobody home."""
    org = Organization.query.filter(Organization.slug == "default").one_or_none()
    if org is None:
        org = Organization(name="Bazaar", slug="default", settings={})
        groups = {"admin": Group.ADMIN_PERMISSIONS, "default": Group.DEFAULT_PERMISSIONS}
        made = [Group(name=n, permissions=p, org=org, type=Group.BUILTIN_GROUP) for n, p in groups.items()]
        db.session.add_all([org, *made])
        db.session.flush()
    if org.get_setting("beacon_consent") is None:
        org.set_setting("beacon_consent", False)
    return org


def administrator(org: Organization, email: str, password: str, api_key: str) -> User:
    """The administrator, found by e-mail or by API key, with what the environment says now."""
    users = User.query.filter(User.org == org)
    user = users.filter(User.email == email).one_or_none()
    holder = users.filter(User.api_key == api_key).one_or_none()
    if user is None:
        user = holder or User(org=org, name="Bazaar", email=email, group_ids=[])
    elif holder is not None and holder is not user:
        holder.regenerate_api_key()
        db.session.flush()
    user.email, user.api_key, user.disabled_at = email, api_key, None
    user.group_ids = sorted({*user.group_ids, org.admin_group.id, org.default_group.id})
    user.is_email_verified = True
    if user.password_hash is None or not user.verify_password(password):
        user.hash_password(password)
    db.session.add(user)
    return user


def unreadable_sources() -> list[str]:
    """Names of data sources encrypted with another REDASH_SECRET_KEY; our own is emptied, to be filled again."""
    others = []
    for number, name in db.session.query(DataSource.id, DataSource.name).all():
        try:
            db.session.query(DataSource.options).filter(DataSource.id == number).one()
        except InvalidToken:
            if name != SOURCE:
                others.append(name)
                continue
            table = DataSource.__table__
            empty = ConfigurationContainer({"dbname": "bazaar"})
            db.session.execute(table.update().where(table.c.id == number).values(encrypted_options=empty))
    return others


def main() -> str | None:
    """Do it, within an application of Redash; what is wrong, if anything, in one line."""
    api_key = os.environ["ADMIN_API_KEY"]
    user = administrator(organization(), os.environ["ADMIN_EMAIL"].lower(), os.environ["ADMIN_PASSWORD"], api_key)
    lost = unreadable_sources()
    db.session.commit()
    sys.stdout.write(f"administrator {user.email} is ready\n")
    if lost:
        return (
            f"data sources made with another REDASH_SECRET_KEY: {', '.join(lost)}; set that key again, or run "
            "`/app/manage.py database reencrypt OLD_KEY NEW_KEY` in the container redash-server"
        )
    return None
