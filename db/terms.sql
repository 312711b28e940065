-- The terms on which every connection of ours begins, whatever is usual for its role, database, server or environment.
-- Not among them is what is an operator's word and no habit: default_transaction_read_only, tablespaces, the role.

-- No time-out ends what takes its time. (The first, before the others take theirs.)
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET idle_session_timeout = 0;
SELECT set_config('transaction_timeout', '0', false)  -- PostgreSQL 17 and newer have it
WHERE current_setting('transaction_timeout', true) IS NOT NULL;

-- Names are found where they are meant, statements mean what they say, and keys and triggers are heeded.
SET quote_all_identifiers = off;  -- it would be heeded in the next line
SET search_path = public;
SET standard_conforming_strings = on;
SET backslash_quote = safe_encoding;
SET transform_null_equals = off;
SET row_security = on;
SET check_function_bodies = on;
SET client_min_messages = warning;
SET default_transaction_isolation = 'read committed';
SET default_transaction_deferrable = off;
SELECT set_config('session_replication_role', 'origin', false)
WHERE current_setting('session_replication_role') <> 'origin'
  AND has_parameter_privilege('session_replication_role', 'SET');

-- Values are read and written in one way.
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, MDY';
SET IntervalStyle = postgres;
SET extra_float_digits = 1;
SET bytea_output = hex;
SET xmloption = content;
SET array_nulls = on;
SET lc_monetary = 'C';
SET lc_numeric = 'C';
SET lc_time = 'C';
