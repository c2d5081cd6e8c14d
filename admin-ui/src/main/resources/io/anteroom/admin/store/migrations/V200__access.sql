-- For H2 and PostgreSQL alike. Moments are milliseconds since 1970-01-01T00:00:00Z. No secret is stored, only hashes.

create table admin_user (
    name varchar(64) primary key,
    role varchar(16) not null,
    password_hash varchar(256) not null,
    disabled integer not null,
    created_at bigint not null,
    last_login_at bigint
);

create table admin_session (
    hash varchar(64) primary key,
    user_name varchar(64) not null,
    created_at bigint not null,
    seen_at bigint not null,
    confirmed_at bigint not null,
    address varchar(64) not null
);

create index admin_session_user on admin_session (user_name);

create table admin_token (
    id varchar(32) primary key,
    hash varchar(64) not null unique,
    prefix varchar(16) not null,
    name varchar(128) not null,
    role varchar(16) not null,
    scopes varchar(256) not null,
    maker varchar(64) not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);

-- Whoever changes users takes this row first.
create table admin_lock (
    id integer primary key
);

insert into admin_lock (id) values (1);

alter table audit_entry add column role varchar(16) default '' not null;
alter table audit_entry add column address varchar(64) default '' not null;
alter table audit_entry add column node varchar(64) default '' not null;
alter table audit_entry add column outcome varchar(16) default 'done' not null;
