//! What a mail server says: replies of one or more lines (RFC 5321 §4.2) with
//! enhanced status codes (RFC 2034, RFC 3463), within limits of size.

use super::error::quotable;

/// The longest line taken. RFC 5321 §4.5.3.1.5 allows 512 octets; servers
/// write longer ones.
const LONGEST_LINE: usize = 4 * 1024;
/// The longest reply taken, all lines together.
const LONGEST_REPLY: usize = 64 * 1024;

/// A whole reply: its code, and its lines without code and line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

/// What came is not a reply of a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotAReply;

impl Reply {
    /// Takes the first whole reply out of what was read so far. `None` while
    /// its last line is still to come; what follows it stays in the buffer.
    pub(super) fn take(buffer: &mut Vec<u8>) -> Result<Option<Self>, NotAReply> {
        let mut lines = Vec::new();
        let mut first_code = None;
        let mut used = 0;
        for line in buffer.split_inclusive(|b| *b == b'\n') {
            if line.len() > LONGEST_LINE || used > LONGEST_REPLY {
                return Err(NotAReply);
            }
            if !line.ends_with(b"\n") {
                break;
            }
            used += line.len();
            let (code, last, text) = parse_line(line.trim_ascii_end())?;
            if *first_code.get_or_insert(code) != code {
                return Err(NotAReply);
            }
            lines.push(text);
            if last {
                buffer.drain(..used);
                return Ok(Some(Self { code, lines }));
            }
        }
        Ok(None)
    }

    pub(super) fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// 4yz: the same command may succeed later.
    pub(super) fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// The server is about to hang up (RFC 5321 §3.8).
    pub(super) fn ends_the_connection(&self) -> bool {
        self.code == 421
    }

    /// `5.1.1` as `(5, 1, 1)`, if the reply begins with such a code.
    pub(super) fn enhanced(&self) -> Option<(u16, u16, u16)> {
        let word = self.lines.first()?.split_whitespace().next()?;
        let mut numbers = word.splitn(3, '.').map(|n| n.parse::<u16>().ok());
        let status = (numbers.next()??, numbers.next()??, numbers.next()??);
        matches!(status.0, 2 | 4 | 5).then_some(status)
    }

    /// Whether the text holds one of these words, in any case.
    pub(super) fn says(&self, words: &[&str]) -> bool {
        let text = self.lines.join(" ").to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    }

    /// The reply as part of a sentence: code and text, on one line, cut short.
    pub(super) fn quoted(&self) -> String {
        quotable(&format!("{} {}", self.code, self.lines.join(" ")))
    }
}

/// `250-text`, `250 text` or `250`; the text is decoded as well as can be.
fn parse_line(line: &[u8]) -> Result<(u16, bool, String), NotAReply> {
    let (code, rest) = line.split_at_checked(3).ok_or(NotAReply)?;
    let code = match code {
        [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
            u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0')
        }
        _ => return Err(NotAReply),
    };
    let (last, text) = match rest {
        [] => (true, rest),
        [b' ', text @ ..] => (true, text),
        [b'-', text @ ..] => (false, text),
        _ => return Err(NotAReply),
    };
    Ok((code, last, String::from_utf8_lossy(text).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(text: &str) -> Result<Option<Reply>, NotAReply> {
        Reply::take(&mut text.as_bytes().to_vec())
    }

    fn reply(text: &str) -> Reply {
        take(text).unwrap().unwrap()
    }

    #[test]
    fn one_line_and_many() {
        assert_eq!(
            reply("220 hi there\r\n"),
            Reply {
                code: 220,
                lines: vec!["hi there".into()]
            }
        );
        assert_eq!(
            reply("250\r\n"),
            Reply {
                code: 250,
                lines: vec![String::new()]
            }
        );
        assert_eq!(
            reply("250 \n"),
            Reply {
                code: 250,
                lines: vec![String::new()]
            }
        );
        let ehlo = reply("250-mail.example.com\r\n250-SIZE 100\r\n250 HELP\r\n");
        assert_eq!(ehlo.lines, ["mail.example.com", "SIZE 100", "HELP"]);
    }

    #[test]
    fn byte_by_byte_gives_the_same_reply_and_leaves_the_rest() {
        let mut buffer = Vec::new();
        let mut replies = Vec::new();
        for byte in b"250-a\r\n250 b\r\n354 go\r\n2" {
            buffer.push(*byte);
            replies.extend(Reply::take(&mut buffer).unwrap());
        }
        assert_eq!(
            replies.iter().map(|r| r.code).collect::<Vec<_>>(),
            [250, 354]
        );
        assert_eq!(buffer, b"2");
    }

    #[test]
    fn what_is_no_reply() {
        for text in [
            "HTTP/1.1 400 Bad Request\r\n",
            "\r\n",
            "25\r\n",
            "2500 x\r\n",
            "150 x\r\n",
            "650 x\r\n",
            "250-a\r\n251 b\r\n",
            "\u{16}\u{3}\u{1}\n",
            "+OK POP3\r\n",
        ] {
            assert_eq!(take(text), Err(NotAReply), "{text:?}");
        }
    }

    #[test]
    fn endless_replies_are_cut_off() {
        assert_eq!(take(&"2".repeat(LONGEST_LINE + 1)), Err(NotAReply));
        assert_eq!(take(&"250-x\r\n".repeat(20_000)), Err(NotAReply));
        assert_eq!(take(&"250-x\r\n".repeat(100)), Ok(None));
    }

    #[test]
    fn enhanced_codes() {
        assert_eq!(
            reply("550 5.1.1 no such user\r\n").enhanced(),
            Some((5, 1, 1))
        );
        assert_eq!(reply("250 2.0.0\r\n").enhanced(), Some((2, 0, 0)));
        for text in [
            "550 no\r\n",
            "550 5.1 x\r\n",
            "550 9.1.1 x\r\n",
            "550 5.x.1\r\n",
            "550\r\n",
        ] {
            assert_eq!(reply(text).enhanced(), None, "{text:?}");
        }
    }

    #[test]
    fn text_in_any_encoding_is_fit_for_a_sentence() {
        let mut bytes = b"550-caf\xe9 \x1b[1m\r\n550 closed\r\n".to_vec();
        let reply = Reply::take(&mut bytes).unwrap().unwrap();
        assert_eq!(reply.quoted(), "550 caf\u{fffd} [1m closed");
        assert!(reply.says(&["closed"]));
    }
}
