//! The rules of the house that a machine can check. Each names what it protects.

#![expect(clippy::expect_used, reason = "a test says what it expected")]

use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the crate") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let text = fs::read_to_string(&path).expect("a text file");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "expected {ending} files under {folder}");
    found
}

/// The code of a file, without comments and without its unit tests.
fn code(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Fails with every file of `folder` whose code holds one of `words`.
fn nowhere(folder: &str, words: &[&str], why: &str) {
    let mut wrong = Vec::new();
    for (path, text) in files(folder, ".rs") {
        let code = code(&text);
        wrong.extend(
            words
                .iter()
                .filter(|word| code.contains(**word))
                .map(|word| format!("{}: {word}", path.display())),
        );
    }
    assert!(wrong.is_empty(), "{why}:\n{}", wrong.join("\n"));
}

#[test]
fn the_domain_is_pure() {
    nowhere(
        "src/domain",
        &[
            "worker::",
            "axum::",
            "askama::",
            "async fn",
            "getrandom",
            "crate::http",
            "crate::store",
            "crate::outbound",
            "crate::app",
            "crate::config",
        ],
        "the domain decides and knows nothing of the web, the stores or the clock",
    );
}

/// Where money is decided, kept, asked for and shown.
const MONEY: [&str; 33] = [
    "domain/money",
    "domain/invoice",
    "domain/payment",
    "domain/statement",
    "domain/chart",
    "domain/reminder",
    "store/invoice",
    "store/reminder",
    "store/pay_link",
    "store/dashboard",
    "store/time_log/bill",
    "http/payments",
    "http/invoicing",
    "http/pdf",
    "http/time_log/bill",
    "jobs/remind",
    "store/ledger",
    "store/billing",
    "store/attempt",
    "store/offline",
    "paying/",
    "outbound/payments",
    "http/invoice",
    "http/billing",
    "http/exception",
    "http/money",
    "http/statement",
    "store/exception",
    "store/statement",
    // What chooses the figures of a PDF; only where they are placed is measured in points.
    "pdf/invoice",
    "pdf/electronic",
    "pdf/account",
    "pdf/statement",
];

#[test]
fn money_is_never_a_float() {
    let mut looked_at = Vec::new();
    let mut wrong = Vec::new();
    for (path, text) in files("src", ".rs") {
        let name = path.to_string_lossy().replace('\\', "/");
        let Some(of) = MONEY.iter().find(|of| name.contains(&format!("src/{of}"))) else {
            continue;
        };
        looked_at.push(*of);
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        if words.into_iter().any(|word| word == "f32" || word == "f64") {
            wrong.push(name);
        }
    }
    let missing: Vec<_> = MONEY.iter().filter(|of| !looked_at.contains(of)).collect();
    assert!(missing.is_empty(), "nothing found of {missing:?}");
    assert!(
        wrong.is_empty(),
        "money is whole minor units; these name a float:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_database_keeps_no_float() {
    let mut wrong = Vec::new();
    for (path, text) in files("d1-migrations", ".sql") {
        let lines = text.lines().map(|line| line.split("--").next());
        let words = lines
            .flatten()
            .flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
        for word in words.map(str::to_ascii_uppercase) {
            if ["REAL", "FLOAT", "DOUBLE", "NUMERIC", "DECIMAL"].contains(&word.as_str()) {
                wrong.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "amounts are INTEGER, in minor units:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_pdf_is_drawn_from_its_sheet_alone() {
    nowhere(
        "src/pdf",
        &[
            "worker::",
            "axum::",
            "askama::",
            "async fn",
            "getrandom",
            "chrono::",
            "std::time",
            "crate::http",
            "crate::store",
            "crate::outbound",
            "crate::app",
            "crate::config",
        ],
        "the same sheet gives the same bytes, whenever and wherever it is drawn",
    );
}

#[test]
fn imports_point_inwards() {
    nowhere(
        "src/store",
        &[
            "crate::http",
            "crate::outbound",
            "crate::jobs",
            "crate::paying",
            "crate::app",
            "crate::config",
        ],
        "stores know nothing of pages, mail or settings",
    );
    nowhere(
        "src/outbound",
        &[
            "crate::http",
            "crate::jobs",
            "crate::paying",
            "crate::store",
            "crate::app",
        ],
        "services know nothing of pages or stores",
    );
    nowhere(
        "src/paying",
        &["crate::http", "crate::jobs"],
        "what pages and the clock share stands below both",
    );
}

#[test]
fn sql_stands_in_the_stores_alone() {
    let sql = [
        "\"SELECT ",
        "\"INSERT ",
        "\"UPDATE ",
        "\"DELETE FROM",
        "\"WITH ",
    ];
    outside("src/store/", &sql, "SQL belongs to src/store");
}

/// Fails with every file outside of `home` (the beginning of a path below the crate) whose code holds one of `words`.
fn outside(home: &str, words: &[&str], why: &str) {
    let mut wrong = Vec::new();
    for (path, text) in files("src", ".rs") {
        let name = path.to_string_lossy().replace('\\', "/");
        if name.contains(home) {
            continue;
        }
        let code = code(&text);
        let words = words.iter().filter(|word| code.contains(**word));
        wrong.extend(words.map(|word| format!("{name}: {word}")));
    }
    assert!(wrong.is_empty(), "{why}:\n{}", wrong.join("\n"));
}

#[test]
fn bindings_stay_with_their_owner() {
    outside(
        "src/entry.rs",
        &["worker::Env", "Env,", "event(fetch", "event(scheduled"],
        "the environment is read once, in src/entry.rs",
    );
    let raw = ["D1Database", "KvStore", "::Bucket", "R2Bucket"];
    let owners = ["src/entry.rs", "src/store/"];
    for (path, text) in files("src", ".rs") {
        let name = path.to_string_lossy().replace('\\', "/");
        let text = code(&text);
        let is_owner = owners.iter().any(|owner| name.contains(owner));
        let held = raw.iter().find(|word| text.contains(**word));
        assert!(
            is_owner || held.is_none(),
            "{name} holds {held:?}: raw bindings belong to the stores"
        );
    }
}

#[test]
fn templates_escape_everything() {
    let mut wrong = Vec::new();
    for (path, text) in files("src/http/templates", ".html") {
        let in_mail = path.to_string_lossy().contains("/email/");
        for word in [
            "|safe",
            "| safe",
            " style=\"",
            "<script>",
            " onclick",
            "javascript:",
        ] {
            if text.contains(word) && !(in_mail && word == " style=\"") {
                wrong.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "raw or inline:\n{}", wrong.join("\n"));
}

#[test]
fn files_stay_readable() {
    for (path, text) in files("src", ".rs") {
        let lines = text.lines().count();
        assert!(
            lines <= 500,
            "{} has {lines} lines; 500 is the most",
            path.display()
        );
        assert!(
            text.starts_with("//!"),
            "{} does not say what it is for",
            path.display()
        );
    }
}

#[test]
fn what_changes_something_has_a_guard_or_stands_on_the_list() {
    /// Where somebody who is not signed in sends a form.
    const OPEN: [&str; 20] = [
        // Browsers tell it; it is counted, cut short, and changes nothing else.
        "/csp-reports",
        // A mailbox asks for it, or its owner; the token says what for.
        "/unsubscribe/{token}",
        "/admin/setup",
        "/admin/sign-in",
        "/sign-in",
        "/sign-in/link",
        // Who has an invoice on paper; the mail goes to those it went to.
        "/invoice/{token}",
        "/sign-in/invoice/{id}",
        "/sign-in/code",
        "/admin/sign-in/code",
        "/invitation/{token}",
        "/invitation/{token}/renew",
        "/magic/{token}",
        "/forgot",
        "/reset/{token}",
        "/admin/forgot",
        "/admin/reset/{token}",
        "/admin/join/{token}",
        // These prove themselves by the cookie of a preview, or do nothing.
        "/admin/preview/as",
        "/admin/preview/exit",
    ];
    let changes = portico::route_table()
        .iter()
        .filter(|row| row.method != "GET" && row.guard == "anonymous");
    let open: Vec<(&str, &str)> = changes.map(|row| (row.method, row.path)).collect();
    for (method, path) in &open {
        assert!(
            OPEN.contains(path),
            "{method} {path} is open to everybody and not on the list"
        );
    }
    for path in OPEN {
        assert!(
            open.contains(&("POST", path)),
            "{path} stands on the list and is not open to everybody"
        );
    }
}

/// `noun.verb`, as the audit log names what was done.
fn is_action(literal: &str) -> bool {
    let is_word = |word: &str| {
        let is_plain = |c: char| c.is_ascii_lowercase() || c == '_';
        !word.is_empty() && word.chars().all(is_plain)
    };
    literal
        .split_once('.')
        .is_some_and(|(noun, verb)| is_word(noun) && is_word(verb))
}

#[test]
fn every_deed_in_the_log_has_its_sentence() {
    let sentences = fs::read_to_string("src/domain/activity.rs").expect("the sentences");
    let sentences = code(&sentences);
    let noun = |action: &str| action.split('.').next().map(str::to_owned);
    let known: Vec<&str> = sentences.split('"').filter(|l| is_action(l)).collect();
    let nouns: Vec<String> = known.iter().filter_map(|action| noun(action)).collect();
    let (mut seen, mut missing) = (0, Vec::new());
    for folder in ["src/http", "src/store", "src/paying"] {
        for (path, text) in files(folder, ".rs") {
            let text = code(&text);
            let mut before = "";
            // Both kinds of quotes: some entries are written by SQL.
            for literal in text.split(['"', '\'']) {
                // Handed on as an action, or of a noun that the log knows; a column is neither.
                let opening = before.trim_end();
                let is_handed_on = ["did(", "entry(", "action:"]
                    .iter()
                    .any(|end| opening.ends_with(end));
                let is_column = literal.ends_with("_key") || literal.ends_with("_id");
                let is_deed = is_handed_on || noun(literal).is_some_and(|n| nouns.contains(&n));
                if is_action(literal) && !is_column && is_deed {
                    seen += 1;
                    if !known.contains(&literal) {
                        missing.push(format!("{}: {literal}", path.display()));
                    }
                }
                before = literal;
            }
        }
    }
    assert!(seen > 50, "expected the actions of the log, found {seen}");
    assert!(
        missing.is_empty(),
        "entries of the audit log without a sentence in src/domain/activity.rs:\n{}",
        missing.join("\n")
    );
}
