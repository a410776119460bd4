#!/bin/bash
# Run once by the database's image, as superuser, in an empty cluster: the application's own role is none.
set -euo pipefail
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv password GRIDWORK_DATABASE_PASSWORD
CREATE ROLE gridwork LOGIN PASSWORD :'password';
CREATE DATABASE gridwork OWNER gridwork;
\connect gridwork
CREATE EXTENSION postgis;
CREATE EXTENSION btree_gist;
CREATE EXTENSION pg_trgm;
SQL
