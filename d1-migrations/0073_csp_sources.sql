-- Which kinds of reports about the policy came today from where, so that nobody fills the list of them. Where is one
-- of 1,024 buckets that addresses fall into by a keyed hash, another one each day: it names nobody.
CREATE TABLE csp_sources (
  day              INTEGER NOT NULL,                     -- days since 1970
  bucket           INTEGER NOT NULL CHECK (bucket BETWEEN 0 AND 1023),
  directive        TEXT    NOT NULL,
  blocked          TEXT    NOT NULL,
  page             TEXT    NOT NULL,
  PRIMARY KEY (day, bucket, directive, blocked, page)
) STRICT, WITHOUT ROWID;
-- The one that was seen longest ago makes room for another.
CREATE INDEX csp_reports_by_age ON csp_reports (last_at);
