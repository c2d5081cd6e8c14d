-- Which backends operators have drained or taken into use against what their gateway's file says.

create table upstream_order (
    backend varchar(200) not null,
    address varchar(1000) not null,
    is_drained boolean not null,
    is_drained_in_file boolean not null,
    changed_at bigint not null,
    primary key (backend, address)
);
