CREATE TABLE article_versions (
    version TEXT NOT NULL PRIMARY KEY,
    article TEXT NOT NULL,
    text TEXT NOT NULL,
    first_seen DATETIME NOT NULL
);
INSERT INTO "article_versions" VALUES('8a5d8b28d66ae90b5876fe0337b963d9f66ab1047f8c866ff4646b73a8a3aa41','delivery/islands','# hi','2031-05-20 09:30:15.123456');
CREATE TABLE asks (
    id TEXT NOT NULL PRIMARY KEY,
    at DATETIME NOT NULL,
    by_name TEXT NOT NULL,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    question TEXT NOT NULL,
    history JSON NOT NULL,
    as_of TEXT NOT NULL,
    answer JSON NOT NULL,
    snapshot TEXT NOT NULL,
    drafter TEXT NOT NULL,
    timings_ms JSON NOT NULL
);
INSERT INTO "asks" VALUES('a1','2031-05-20 09:30:15.123456','mei','chat','c7','幾時送到?😀','[{"role":"customer","text":"你好"}]','2031-05-20','{"question":"幾時送到?😀","draft":"六日內 [1]。","sources":[]}','20310501T000000','extractive','{"total":4.25}');
CREATE TABLE clients (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    scopes JSON NOT NULL,
    per_minute INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    last_used_at DATETIME,
    revoked_at DATETIME
);
INSERT INTO "clients" VALUES(1,'help desk','e8a63ff171201e35b4df2ced1df2ce36807e37d9d9275ac7c7d7fa703645935a','["answer","check"]',60,'2031-05-20 08:30:15.123456',NULL,NULL);
CREATE TABLE deliveries (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    reply_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    attempts INTEGER NOT NULL,
    next_at DATETIME NOT NULL,
    FOREIGN KEY (reply_id) REFERENCES replies (id) ON DELETE CASCADE
);
INSERT INTO "deliveries" VALUES(1,'r1',X'7365616C656400',0,'2031-05-20 09:30:15.123456');
CREATE TABLE edits (
    answer_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at DATETIME NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (answer_id, by_name)
);
INSERT INTO "edits" VALUES('a1','mei','2031-05-20 09:30:15.123456','六日內送到。');
CREATE TABLE feedback (
    id TEXT NOT NULL PRIMARY KEY,
    answer_id TEXT NOT NULL,
    at DATETIME NOT NULL,
    by_name TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL
);
INSERT INTO "feedback" VALUES('f1','a1','2031-05-20 09:30:15.123456','mei','wrong','it is 8');
CREATE TABLE frame_tokens (
    digest TEXT NOT NULL PRIMARY KEY,
    user_key TEXT NOT NULL,
    expires_at DATETIME NOT NULL,
    FOREIGN KEY (user_key) REFERENCES users (key) ON DELETE CASCADE
);
INSERT INTO "frame_tokens" VALUES('84cc699af6eac31f48b129609dab2f0f7ac88b163a19105a172e99059b29f21c','mei','2031-05-20 10:30:15.123456');
CREATE TABLE migrations (
	number INTEGER NOT NULL,
	name TEXT NOT NULL,
	applied_at DATETIME NOT NULL,
	PRIMARY KEY (number)
);
INSERT INTO "migrations" VALUES(1,'first tables','2026-11-22 05:55:20.714970');
CREATE TABLE replies (
    id TEXT NOT NULL PRIMARY KEY,
    answer_id TEXT,
    at DATETIME NOT NULL,
    by_name TEXT NOT NULL,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    text TEXT NOT NULL,
    problems JSON NOT NULL,
    action TEXT NOT NULL,
    drafted TEXT NOT NULL,
    edited BOOLEAN NOT NULL,
    seconds FLOAT,
    delivery TEXT NOT NULL,
    idempotency_key TEXT,
    CONSTRAINT replies_once UNIQUE (by_name, idempotency_key)
);
INSERT INTO "replies" VALUES('r1','a1','2031-05-20 09:30:15.123456','mei','chat','c7','六日內送到。','[{"code":"quantity"}]','send','六日內。',1,7.5,'pending','an old key');
CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    user_key TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    FOREIGN KEY (user_key) REFERENCES users (key) ON DELETE CASCADE
);
INSERT INTO "sessions" VALUES('bf06905f46b52ffe0c9bc1713fc8e333c552db44a5d183e3345824a210f2a287','mei','2031-05-20 08:30:15.123456','2031-05-20 10:30:15.123456');
CREATE TABLE sign_in_failures (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name_digest TEXT NOT NULL,
    address TEXT NOT NULL,
    at DATETIME NOT NULL
);
INSERT INTO "sign_in_failures" VALUES(1,'2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881','10.0.0.1','2031-05-20 09:24:15.123456');
CREATE TABLE users (
    key TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    disabled BOOLEAN NOT NULL,
    display_name TEXT NOT NULL,
    groups JSON NOT NULL
);
INSERT INTO "users" VALUES('mei','Mei','trainer','$argon2id$v=19$m=65536,t=3,p=4$1/prSW4a8uuOdg7KnkBXAw$8gnyGML6THVnCeZrPFr+IqNw5g4yw/KG3e39jn3GBZI','2026-11-22 05:55:21.275122',0,'美','["早班"]');
CREATE INDEX sessions_by_user ON sessions (user_key);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sign_in_failures_by_address ON sign_in_failures (address, at);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (at);
CREATE UNIQUE INDEX clients_in_use ON clients (name) WHERE revoked_at IS NULL;
CREATE INDEX frame_tokens_by_user ON frame_tokens (user_key);
CREATE INDEX asks_by_time ON asks (at);
CREATE INDEX asks_by_person ON asks (by_name, at);
CREATE INDEX replies_by_time ON replies (at);
CREATE INDEX replies_by_person ON replies (by_name, at);
CREATE INDEX replies_by_answer ON replies (answer_id);
CREATE INDEX feedback_by_answer ON feedback (answer_id);
CREATE INDEX feedback_by_time ON feedback (at);
CREATE INDEX deliveries_due ON deliveries (next_at);
CREATE INDEX deliveries_by_reply ON deliveries (reply_id);
