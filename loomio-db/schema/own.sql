-- Tables of ours, beside the original's; every statement can be run again.

-- What became of each mail, for administrators and against sending one twice.
create table if not exists loomio.deliveries (
  key text primary key,
  mail text not null,
  recipient text not null,
  subject text not null,
  attempted_at timestamp not null,
  delivered_at timestamp,
  attempts integer not null default 1,
  error text
);
create index if not exists deliveries_attempted_at on loomio.deliveries (attempted_at);

-- Jobs that took effect, so that running one twice does nothing the second time.
create table if not exists loomio.finished_tickets (
  ticket text primary key,
  finished_at timestamp not null
);
create index if not exists finished_tickets_finished_at on loomio.finished_tickets (finished_at);

-- What people did within the current hour or day, to refuse what is too much.
create table if not exists loomio.throttles (
  key text primary key,
  since timestamp not null,
  count bigint not null
);

-- Addresses that mail does not reach, until an administrator says otherwise.
create table if not exists loomio.undeliverable (
  email citext primary key,
  status text not null,
  diagnostic text,
  reported_at timestamp not null
);

-- Answers of a SAML site that signed somebody in, until they end by themselves, so
-- that none is shown twice.
create table if not exists loomio.shown_answers (
  answer text primary key,
  until timestamp not null
);
