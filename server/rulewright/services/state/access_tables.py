"""The tables of tokens and refusals."""

import sqlite3


def tables(db: sqlite3.Connection) -> None:
    """Make the tables."""
    db.execute(
        """create table grants (
            token_id text primary key, user_id text not null, name text not null, rights text not null,
            issued_at integer not null, expires_at integer not null, for_once integer not null,
            used_at integer not null, revoked_at integer not null
        )"""
    )
    db.execute(
        """create table refusals (
            id integer primary key autoincrement, at integer not null, user_id text not null, token_id text not null,
            action text not null, resource text not null, reason text not null, times integer not null
        )"""
    )
