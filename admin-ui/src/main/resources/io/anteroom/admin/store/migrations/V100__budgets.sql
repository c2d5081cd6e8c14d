-- What has been used of budgets, by all servers that share this database. Days are counted from 1970-01-01.

create table budget_balance (
    budget varchar(64) not null,
    subject varchar(1000) not null,
    since_day bigint not null,
    used bigint not null,
    changed_at bigint not null,
    primary key (budget, subject, since_day)
);

create index budget_balance_changed_at on budget_balance (changed_at);
