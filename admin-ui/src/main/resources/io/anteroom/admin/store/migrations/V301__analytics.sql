-- What happened, by minutes, hours and days (span: their minutes); bucket: minutes since 1970 at the beginning of it.
-- part: a level from 0 (critical) to 3 (low), or 4 for the peaks of the pool as a whole.
create table analytics_figures (
    span int not null,
    bucket bigint not null,
    pool varchar(64) not null,
    part int not null,
    node varchar(64) not null,
    content bytea not null,
    primary key (span, bucket, pool, part, node)
);

-- Who sent the most requests; part: 0 by key, 1 by address.
create table analytics_callers (
    span int not null,
    bucket bigint not null,
    pool varchar(64) not null,
    part int not null,
    node varchar(64) not null,
    content bytea not null,
    primary key (span, bucket, pool, part, node)
);

-- What each server has written last, so that it is not added twice.
create table analytics_nodes (
    node varchar(64) primary key,
    batch bigint not null
);
