-- When an attempt failed last that was no try-out, and which server an event comes from.

alter table webhook_trouble add column failed_at bigint default 0 not null;
alter table webhook_event add column source varchar(256) default '' not null;
