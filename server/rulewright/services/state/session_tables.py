"""The tables of conversations and of calls of models, as the migrations make them."""

import sqlite3


def sessions(db: sqlite3.Connection) -> None:
    """Conversations: a row each, their changes, and what of them is searched."""
    # `conversation_history` sums up what `session_snapshots` and `session_updates` hold: a row that held all messages
    # would be written again with each of them.
    db.execute(
        """create table ai_context (
            workspace_id text not null, session_id text not null primary key, user_id text not null,
            conversation_history text not null, active_model text not null, embeddings blob,
            created_at text not null, last_updated text not null,
            root text not null, title text not null, archived integer not null, parent text not null,
            rule_version text not null, rules text not null, last_seq integer not null, embedded_seq integer not null
        )"""
    )
    db.execute("create index ai_context_user_id on ai_context (user_id, workspace_id, last_seq)")
    db.execute("create index ai_context_workspace on ai_context (workspace_id, last_seq)")
    db.execute("create index ai_context_last_updated on ai_context (last_updated)")
    # `autoincrement`: a number is never given twice, also when the last rows were deleted.
    db.execute(
        """create table session_updates (
            seq integer primary key autoincrement, workspace_id text not null, session_id text not null,
            segment integer not null, kind text not null, origin text not null, data blob not null,
            timestamp text not null
        )"""
    )
    db.execute("create index session_updates_session on session_updates (session_id, segment, seq)")
    db.execute(
        """create table session_snapshots (
            workspace_id text not null, session_id text not null, segment integer not null,
            through_seq integer not null, data blob not null,
            primary key (session_id, segment)
        )"""
    )
    db.execute("create index session_snapshots_seq on session_snapshots (through_seq)")
    db.execute(
        """create table session_messages (
            id integer primary key, workspace_id text not null, session_id text not null, message_id text not null,
            segment integer not null, lamport integer not null, node text not null, role text not null,
            author text not null, at text not null, status text not null, text text not null,
            unique (session_id, message_id)
        )"""
    )
    db.execute(
        """create table session_answers (
            message_id text not null primary key, session_id text not null, writer text not null, data text not null,
            updated_at text not null
        )"""
    )
    db.execute("create index session_answers_session on session_answers (session_id)")
    db.execute("create table state_facts (name text not null primary key, value text not null)")
    add_words(db)


def add_words(db: sqlite3.Connection) -> None:
    """What conversations are searched by, where this SQLite has it."""
    try:
        db.execute(
            "create virtual table if not exists session_words using fts5(text, content='session_messages', "
            "content_rowid='id', tokenize=\"unicode61 remove_diacritics 2 tokenchars '_'\")"
        )
    except sqlite3.OperationalError as error:
        # Then words are looked for in the texts themselves.
        if "no such module" not in str(error):
            raise


def rebuild_words(db: sqlite3.Connection) -> None:
    """Make what conversations are searched by anew, from their messages."""
    if db.execute("select 1 from sqlite_master where name = 'session_words'").fetchone():
        db.execute("insert into session_words (session_words) values ('rebuild')")


def interactions(db: sqlite3.Connection) -> None:
    """Calls of models, and what they added up to each day, which stays when the calls go."""
    db.execute(
        """create table llm_interaction (
            interaction_id text not null primary key, workspace_id text not null, session_id text not null,
            user_id text not null, prompt text not null, response text not null, model_used text not null,
            tokens_used integer not null, latency_ms integer not null, timestamp text not null,
            kept text not null, receipt text not null
        )"""
    )
    db.execute("create index llm_interaction_session on llm_interaction (session_id)")
    db.execute("create index llm_interaction_timestamp on llm_interaction (timestamp)")
    db.execute(
        """create table llm_usage (
            workspace_id text not null, user_id text not null, day text not null, model text not null,
            root text not null, calls integer not null, failed integer not null, tokens_in integer not null,
            tokens_out integer not null, latency_ms integer not null, cost_micro integer not null,
            primary key (workspace_id, user_id, day, model)
        )"""
    )


def spending(db: sqlite3.Connection) -> None:
    """What each feature spent on models each day."""
    db.execute(
        """create table llm_spending (
            user_id text not null, day text not null, feature text not null, calls integer not null,
            tokens integer not null, cost_micro integer not null,
            primary key (user_id, day, feature)
        )"""
    )
