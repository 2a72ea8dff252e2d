//! The ledger's part of the second format: marks on calls, what was asked, sums per day.
//!
//! Databases of the first format have calls without marks. They get them here, from the columns, by the
//! rules of `ringback_model::Evidence`; what only asking can tell starts as "not due" where a question
//! waits and as "never asked" where none does.

pub(crate) const V2: &str = "
ALTER TABLE calls ADD COLUMN marks TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN holes INTEGER NOT NULL DEFAULT 0;

CREATE TABLE asks (
    account          TEXT    NOT NULL,
    provider_call_id TEXT    NOT NULL,
    listed_at        INTEGER,
    answer           TEXT,
    marks            TEXT    NOT NULL DEFAULT '',
    holes            INTEGER NOT NULL DEFAULT 0,
    at               INTEGER NOT NULL DEFAULT 0,
    call_id          TEXT,
    PRIMARY KEY (account, provider_call_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_days (
    account TEXT    NOT NULL,
    day     INTEGER NOT NULL,
    marks   TEXT    NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (account, day, marks)
) STRICT, WITHOUT ROWID;

CREATE TEMP TABLE letters (word TEXT PRIMARY KEY, letter TEXT NOT NULL);
INSERT INTO letters VALUES
    ('processing', 'm'), ('queued', 'm'), ('too_short', 'a'), ('silent', 'b'),
    ('not_connected', 'c'), ('not_recorded', 'd'), ('policy', 'e'), ('encrypted', 'f'),
    ('external_storage', 'g'), ('link_expired', 'h'), ('retention', 'i'), ('not_found', 'j'),
    ('deleted_at_provider', 'k'), ('unauthorized', 'p'), ('rate_limited', 'q'),
    ('provider_error', 'r'), ('network', 't'), ('incomplete', 'u'), ('not_audio', 'v'),
    ('damaged', 'w'), ('unsupported', 'x'), ('too_large', 'y'), ('forbidden_address', 'z'),
    ('disk_full', 'A'), ('file_missing', 'B');
UPDATE calls SET marks = (
    WITH one AS (SELECT
        status IN ('ended', 'not_connected', 'failed') AS is_over,
        CASE WHEN EXISTS (SELECT 1 FROM jobs WHERE kind = 'resync'
                AND key = calls.account || '/' || calls.provider_call_id)
            THEN 'm' ELSE 'n' END AS asking,
        status = 'ended' AND EXISTS (SELECT 1 FROM call_docs WHERE call = calls.row
                AND json_extract(doc, '$.fields.storage_policy.value') = 'basics_only') AS is_withheld,
        instr(missing, '\"recording\"') > 0 AS lacks_sound,
        instr(missing, '\"transcript\"') > 0 AS lacks_words)
    SELECT
        CASE WHEN missing_count > 0 AND EXISTS (SELECT 1 FROM json_each(calls.missing)
                WHERE value NOT IN ('recording', 'transcript', 'summary', 'sentiment',
                                    'successful', 'cost'))
            THEN asking ELSE '+' END
        || CASE WHEN NOT is_over THEN '----' ELSE
            CASE
                WHEN recording_state IS NULL AND lacks_sound THEN asking
                WHEN recording_state IS NULL THEN CASE WHEN is_withheld THEN 'e' ELSE '-' END
                WHEN recording_state = 'ready' THEN CASE WHEN lacks_sound THEN 'm' ELSE '+' END
                WHEN recording_state = 'downloading' THEN 'm'
                WHEN status <> 'ended' AND recording_state IN ('absent', 'withheld', 'deleted')
                    THEN '-'
                ELSE coalesce((SELECT letter FROM letters WHERE word = recording_reason), 'm')
            END
            || CASE WHEN lacks_words THEN asking WHEN has_transcript THEN '+'
                WHEN is_withheld THEN 'e' ELSE '-' END
            || CASE WHEN missing_count > 0 AND EXISTS (SELECT 1 FROM json_each(calls.missing)
                    WHERE value IN ('summary', 'sentiment', 'successful')) THEN asking
                WHEN sentiment IS NOT NULL OR successful IS NOT NULL OR line IS NOT NULL THEN '+'
                ELSE '-' END
            || CASE WHEN instr(missing, '\"cost\"') > 0 THEN asking
                WHEN cost_micros IS NOT NULL THEN '+' ELSE '-' END
        END
    FROM one);
UPDATE calls SET holes = CASE WHEN marks GLOB '*[mnp-zABC]*' THEN 2 ELSE 1 END
    WHERE marks GLOB '*[a-zA-Z]*';
DROP TABLE letters;
INSERT INTO ledger_days
    SELECT account, (position >> 10) / 86400000 AS day, marks, count(*) FROM calls
    GROUP BY account, day, marks;

CREATE INDEX calls_holes ON calls (account, position) WHERE holes > 0;
CREATE INDEX calls_open ON calls (account, position) WHERE holes > 1;
CREATE INDEX asks_unknown ON asks (account, at, provider_call_id) WHERE marks <> '';

CREATE TRIGGER calls_in_ledger AFTER INSERT ON calls WHEN new.marks <> '' BEGIN
    INSERT INTO ledger_days VALUES (new.account, (new.position >> 10) / 86400000, new.marks, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER calls_moved_in_ledger AFTER UPDATE OF marks, position, account ON calls
    WHEN old.marks IS NOT new.marks OR old.account IS NOT new.account
        OR (old.position >> 10) / 86400000 IS NOT (new.position >> 10) / 86400000
BEGIN
    UPDATE ledger_days SET n = n - 1 WHERE account = old.account
        AND day = (old.position >> 10) / 86400000 AND marks = old.marks;
    DELETE FROM ledger_days WHERE account = old.account
        AND day = (old.position >> 10) / 86400000 AND marks = old.marks AND n = 0;
    INSERT INTO ledger_days
        SELECT new.account, (new.position >> 10) / 86400000, new.marks, 1 WHERE new.marks <> ''
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER calls_lost AFTER DELETE ON calls BEGIN
    UPDATE ledger_days SET n = n - 1 WHERE account = old.account
        AND day = (old.position >> 10) / 86400000 AND marks = old.marks;
    DELETE FROM ledger_days WHERE account = old.account
        AND day = (old.position >> 10) / 86400000 AND marks = old.marks AND n = 0;
    INSERT INTO asks (account, provider_call_id, marks, holes, at, call_id)
        VALUES (old.account, old.provider_call_id, 'C----', 2, old.position >> 10, old.id)
        ON CONFLICT DO UPDATE SET marks = excluded.marks, holes = excluded.holes,
            at = excluded.at, call_id = excluded.call_id;
    DELETE FROM recordings WHERE call = old.row;
    DELETE FROM transcripts WHERE call = old.row;
    DELETE FROM call_docs WHERE call = old.row;
    DELETE FROM legs WHERE call = old.row;
    DELETE FROM call_words WHERE rowid = old.position;
END;
CREATE TRIGGER transcripts_emptied AFTER UPDATE OF doc ON transcripts WHEN length(new.doc) = 0
BEGIN
    DELETE FROM transcripts WHERE call = new.call;
END;
CREATE TRIGGER transcripts_lost AFTER DELETE ON transcripts BEGIN
    UPDATE calls SET has_transcript = 0, holes = 2,
            marks = substr(marks, 1, 2) || 'C' || substr(marks, 4)
        WHERE row = old.call AND substr(marks, 3, 1) <> '-';
END;
CREATE TRIGGER asks_in_ledger AFTER INSERT ON asks WHEN new.marks <> '' BEGIN
    INSERT INTO ledger_days VALUES (new.account, new.at / 86400000, new.marks, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER asks_moved_in_ledger AFTER UPDATE OF marks, at ON asks
    WHEN old.marks IS NOT new.marks OR old.at / 86400000 IS NOT new.at / 86400000
BEGIN
    UPDATE ledger_days SET n = n - 1
        WHERE account = old.account AND day = old.at / 86400000 AND marks = old.marks;
    DELETE FROM ledger_days
        WHERE account = old.account AND day = old.at / 86400000 AND marks = old.marks AND n = 0;
    INSERT INTO ledger_days
        SELECT new.account, new.at / 86400000, new.marks, 1 WHERE new.marks <> ''
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER asks_out_of_ledger AFTER DELETE ON asks WHEN old.marks <> '' BEGIN
    UPDATE ledger_days SET n = n - 1
        WHERE account = old.account AND day = old.at / 86400000 AND marks = old.marks;
    DELETE FROM ledger_days
        WHERE account = old.account AND day = old.at / 86400000 AND marks = old.marks AND n = 0;
END;
";
