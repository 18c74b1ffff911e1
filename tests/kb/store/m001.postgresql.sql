CREATE TABLE public.article_versions (
    version text NOT NULL,
    article text NOT NULL,
    text text NOT NULL,
    first_seen timestamp with time zone NOT NULL
);

CREATE TABLE public.asks (
    id text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_name text NOT NULL,
    channel text NOT NULL,
    conversation text NOT NULL,
    question text NOT NULL,
    history json NOT NULL,
    as_of text NOT NULL,
    answer json NOT NULL,
    snapshot text NOT NULL,
    drafter text NOT NULL,
    timings_ms json NOT NULL
);

CREATE TABLE public.clients (
    id bigint NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    scopes json NOT NULL,
    per_minute integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone
);

CREATE SEQUENCE public.clients_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.clients_id_seq OWNED BY public.clients.id;

CREATE TABLE public.deliveries (
    id bigint NOT NULL,
    reply_id text NOT NULL,
    sealed bytea NOT NULL,
    attempts integer NOT NULL,
    next_at timestamp with time zone NOT NULL
);

CREATE SEQUENCE public.deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.deliveries_id_seq OWNED BY public.deliveries.id;

CREATE TABLE public.edits (
    answer_id text NOT NULL,
    by_name text NOT NULL,
    at timestamp with time zone NOT NULL,
    text text NOT NULL
);

CREATE TABLE public.feedback (
    id text NOT NULL,
    answer_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_name text NOT NULL,
    verdict text NOT NULL,
    reason text NOT NULL
);

CREATE TABLE public.frame_tokens (
    digest text NOT NULL,
    user_key text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.migrations (
    number integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone NOT NULL
);

CREATE TABLE public.replies (
    id text NOT NULL,
    answer_id text,
    at timestamp with time zone NOT NULL,
    by_name text NOT NULL,
    channel text NOT NULL,
    conversation text NOT NULL,
    text text NOT NULL,
    problems json NOT NULL,
    action text NOT NULL,
    drafted text NOT NULL,
    edited boolean NOT NULL,
    seconds double precision,
    delivery text NOT NULL,
    idempotency_key text
);

CREATE TABLE public.sessions (
    digest text NOT NULL,
    user_key text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.sign_in_failures (
    id bigint NOT NULL,
    name_digest text NOT NULL,
    address text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE SEQUENCE public.sign_in_failures_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.sign_in_failures_id_seq OWNED BY public.sign_in_failures.id;

CREATE TABLE public.users (
    key text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    password text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    disabled boolean NOT NULL,
    display_name text NOT NULL,
    groups json NOT NULL
);

ALTER TABLE ONLY public.clients ALTER COLUMN id SET DEFAULT nextval('public.clients_id_seq'::regclass);

ALTER TABLE ONLY public.deliveries ALTER COLUMN id SET DEFAULT nextval('public.deliveries_id_seq'::regclass);

ALTER TABLE ONLY public.sign_in_failures ALTER COLUMN id SET DEFAULT nextval('public.sign_in_failures_id_seq'::regclass);

INSERT INTO public.article_versions VALUES ('8a5d8b28d66ae90b5876fe0337b963d9f66ab1047f8c866ff4646b73a8a3aa41', 'delivery/islands', '# hi', '2031-05-20 09:30:15.123456+00');

INSERT INTO public.asks VALUES ('a1', '2031-05-20 09:30:15.123456+00', 'mei', 'chat', 'c7', '幾時送到?😀', '[{"role":"customer","text":"你好"}]', '2031-05-20', '{"question":"幾時送到?😀","draft":"六日內 [1]。","sources":[]}', '20310501T000000', 'extractive', '{"total":4.25}');

INSERT INTO public.clients VALUES (1, 'help desk', 'e8a63ff171201e35b4df2ced1df2ce36807e37d9d9275ac7c7d7fa703645935a', '["answer","check"]', 60, '2031-05-20 08:30:15.123456+00', NULL, NULL);

INSERT INTO public.deliveries VALUES (1, 'r1', '\x7365616c656400', 0, '2031-05-20 09:30:15.123456+00');

INSERT INTO public.edits VALUES ('a1', 'mei', '2031-05-20 09:30:15.123456+00', '六日內送到。');

INSERT INTO public.feedback VALUES ('f1', 'a1', '2031-05-20 09:30:15.123456+00', 'mei', 'wrong', 'it is 8');

INSERT INTO public.frame_tokens VALUES ('84cc699af6eac31f48b129609dab2f0f7ac88b163a19105a172e99059b29f21c', 'mei', '2031-05-20 10:30:15.123456+00');

INSERT INTO public.migrations VALUES (1, 'first tables', '2026-11-22 05:55:28.956777+00');

INSERT INTO public.replies VALUES ('r1', 'a1', '2031-05-20 09:30:15.123456+00', 'mei', 'chat', 'c7', '六日內送到。', '[{"code":"quantity"}]', 'send', '六日內。', true, 7.5, 'pending', 'an old key');

INSERT INTO public.sessions VALUES ('bf06905f46b52ffe0c9bc1713fc8e333c552db44a5d183e3345824a210f2a287', 'mei', '2031-05-20 08:30:15.123456+00', '2031-05-20 10:30:15.123456+00');

INSERT INTO public.sign_in_failures VALUES (1, '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '10.0.0.1', '2031-05-20 09:24:15.123456+00');

INSERT INTO public.users VALUES ('mei', 'Mei', 'trainer', '$argon2id$v=19$m=65536,t=3,p=4$CWjwP2QxhM4oW+vjFxyRgw$T5cTA6y0vfEnVktxOgmLXO57qJpAhpby15MG8yDtdzs', '2026-11-22 05:55:29.508606+00', false, '美', '["早班"]');

SELECT pg_catalog.setval('public.clients_id_seq', 1, true);

SELECT pg_catalog.setval('public.deliveries_id_seq', 1, true);

SELECT pg_catalog.setval('public.sign_in_failures_id_seq', 1, true);

ALTER TABLE ONLY public.article_versions
    ADD CONSTRAINT article_versions_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.asks
    ADD CONSTRAINT asks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_digest_key UNIQUE (digest);

ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.edits
    ADD CONSTRAINT edits_pkey PRIMARY KEY (answer_id, by_name);

ALTER TABLE ONLY public.feedback
    ADD CONSTRAINT feedback_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.frame_tokens
    ADD CONSTRAINT frame_tokens_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.replies
    ADD CONSTRAINT replies_once UNIQUE (by_name, idempotency_key);

ALTER TABLE ONLY public.replies
    ADD CONSTRAINT replies_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.sign_in_failures
    ADD CONSTRAINT sign_in_failures_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (key);

CREATE INDEX asks_by_person ON public.asks USING btree (by_name, at);

CREATE INDEX asks_by_time ON public.asks USING btree (at);

CREATE UNIQUE INDEX clients_in_use ON public.clients USING btree (name) WHERE (revoked_at IS NULL);

CREATE INDEX deliveries_by_reply ON public.deliveries USING btree (reply_id);

CREATE INDEX deliveries_due ON public.deliveries USING btree (next_at);

CREATE INDEX feedback_by_answer ON public.feedback USING btree (answer_id);

CREATE INDEX feedback_by_time ON public.feedback USING btree (at);

CREATE INDEX frame_tokens_by_user ON public.frame_tokens USING btree (user_key);

CREATE INDEX replies_by_answer ON public.replies USING btree (answer_id);

CREATE INDEX replies_by_person ON public.replies USING btree (by_name, at);

CREATE INDEX replies_by_time ON public.replies USING btree (at);

CREATE INDEX sessions_by_end ON public.sessions USING btree (expires_at);

CREATE INDEX sessions_by_user ON public.sessions USING btree (user_key);

CREATE INDEX sign_in_failures_by_address ON public.sign_in_failures USING btree (address, at);

CREATE INDEX sign_in_failures_by_time ON public.sign_in_failures USING btree (at);

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_reply_id_fkey FOREIGN KEY (reply_id) REFERENCES public.replies(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.frame_tokens
    ADD CONSTRAINT frame_tokens_user_key_fkey FOREIGN KEY (user_key) REFERENCES public.users(key) ON DELETE CASCADE;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_key_fkey FOREIGN KEY (user_key) REFERENCES public.users(key) ON DELETE CASCADE;
