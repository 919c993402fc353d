-- One schema and one role for each service: a role sees its own schema and no other. Run once, by a superuser, with a password for each service:
-- `psql -v delegations=... -v drafts=... -v summaries=... -v observers=...`; the native cluster puts them in itself.
CREATE ROLE delegations LOGIN PASSWORD :'delegations';
CREATE ROLE drafts LOGIN PASSWORD :'drafts';
CREATE ROLE summaries LOGIN PASSWORD :'summaries';
CREATE ROLE observers LOGIN PASSWORD :'observers';
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO delegations, drafts, summaries, observers;
CREATE SCHEMA delegations AUTHORIZATION delegations;
CREATE SCHEMA drafts AUTHORIZATION drafts;
CREATE SCHEMA summaries AUTHORIZATION summaries;
CREATE SCHEMA observers AUTHORIZATION observers;
