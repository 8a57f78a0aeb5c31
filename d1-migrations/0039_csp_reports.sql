-- What browsers refused to load or run by a page's Content-Security-Policy, counted by what and where. No
-- more than two hundred kinds are kept, and each goes a month after it was last seen.
CREATE TABLE csp_reports (
  directive        TEXT    NOT NULL,                     -- 'script-src-elem'
  blocked          TEXT    NOT NULL,                     -- an origin, or 'inline', 'eval', 'data'
  page             TEXT    NOT NULL,                     -- a path without ids and tokens
  count            INTEGER NOT NULL,
  first_at         INTEGER NOT NULL,
  last_at          INTEGER NOT NULL,
  PRIMARY KEY (directive, blocked, page)
) STRICT, WITHOUT ROWID;
