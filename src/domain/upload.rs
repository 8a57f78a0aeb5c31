//! How a file goes up in parts, and sizes as people read them.
//!
//! R2 takes at most 10,000 parts of 5 MiB to 5 GiB, all of one size but the last. A part is 8 MiB,
//! small enough to be sent again on a bad line, and grows by whole MiB for files over 78 GiB.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::filename::FileName;
use super::form_key::FormKey;
use super::id::VersionId;
use super::settings::UploadLimit;
use super::text::{Folder, TextError, Title};
use super::time::Timestamp;

const MIB: u64 = 1 << 20;
const PART: u64 = 8 * MIB;
const MAX_PARTS: u64 = 10_000;

/// Why a file is refused before a byte of it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadRefused {
    /// No bytes.
    #[error("This file is empty. Please choose another one.")]
    Empty,
    /// Over the business's limit.
    #[error("This file is too large: it has {}, and up to {} are possible. An owner or admin can raise the limit in Settings.", human_bytes(*size), human_bytes(*limit))]
    TooLarge {
        /// The file, in bytes.
        size: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// A part that the plan does not have.
    #[error("This part does not belong to the upload. Please start the upload again.")]
    UnknownPart,
    /// A part of another size than planned.
    #[error("Part {number} arrived with {actual} bytes instead of {expected}. Please try again.")]
    WrongPartSize {
        /// Number of the part, from 1.
        number: u64,
        /// Planned, in bytes.
        expected: u64,
        /// Arrived, in bytes.
        actual: u64,
    },
}

/// How a file of known size is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    size: u64,
    part_size: u64,
}

impl Plan {
    /// Plans the upload of a file of `size` bytes, or says why it is refused.
    pub fn new(size: u64, limit: UploadLimit) -> Result<Self, UploadRefused> {
        if size == 0 {
            return Err(UploadRefused::Empty);
        }
        let limit = limit.bytes();
        if size > limit {
            return Err(UploadRefused::TooLarge { size, limit });
        }
        Ok(Self::of(size))
    }
    fn of(size: u64) -> Self {
        let needed = size.div_ceil(MAX_PARTS).div_ceil(MIB).saturating_mul(MIB);
        Self {
            size,
            part_size: needed.max(PART),
        }
    }
    /// The plan as D1 kept it, whatever the limit is by now.
    pub fn resumed(size: u64, part_size: u64) -> Option<Self> {
        (size > 0 && part_size > 0).then_some(Self { size, part_size })
    }
    /// Size of the file in bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }
    /// Size of every part but the last, in bytes.
    pub const fn part_size(&self) -> u64 {
        self.part_size
    }
    /// Number of parts, at least 1.
    pub const fn parts(&self) -> u64 {
        self.size.div_ceil(self.part_size)
    }
    /// Size of part `number` (from 1) in bytes.
    pub fn size_of(&self, number: u64) -> Result<u64, UploadRefused> {
        match number {
            n if n == 0 || n > self.parts() => Err(UploadRefused::UnknownPart),
            n if n == self.parts() => Ok(self.size - (n - 1) * self.part_size),
            _ => Ok(self.part_size),
        }
    }
    /// Checks that a part that arrived is as planned.
    pub fn check(&self, number: u64, actual: u64) -> Result<(), UploadRefused> {
        let expected = self.size_of(number)?;
        if actual == expected {
            Ok(())
        } else {
            Err(UploadRefused::WrongPartSize {
                number,
                expected,
                actual,
            })
        }
    }
}

/// What the keys of objects begin with that came by a plain form.
pub const FORMS: &str = "form/";

/// The key of an object that comes by a plain form: under the day on which the form came.
pub fn form_blob(now: Timestamp, random: [u8; 16]) -> String {
    let random = u128::from_be_bytes(random);
    format!("{FORMS}{}/{random:032x}", now.date())
}

/// Keys of plain forms that sort before this one are of days that are over for a day at least: no
/// form of them is still on its way.
pub fn forms_are_over_before(now: Timestamp) -> String {
    format!("{FORMS}{}/", now.date().plus_days(-1))
}

/// What is wished for a file on its way. JSON in the row of its upload.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Wishes {
    /// The title that was typed; `None`: the file's name.
    pub title: Option<Title>,
    /// Where it is filed.
    pub folder: Folder,
    /// Whether the client sees it at once.
    pub visible: bool,
    /// Whether the client is told.
    pub notify: bool,
    /// What the files of one form have in common: the client is told of them together.
    #[serde(default)]
    pub group: Option<String>,
}

/// Why the client cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Clients are told only of what they can see. Make it visible now, or untick this.")]
pub struct NothingToTell;

impl Wishes {
    /// The title of a file: what was typed, numbered from the second on, or the file's name.
    pub fn title(&self, file: &FileName, number: usize) -> Result<Title, TextError> {
        let own = || Title::parse(file.stem()).or_else(|_blank| Title::parse("Document"));
        match &self.title {
            Some(title) if number <= 1 => Ok(title.clone()),
            Some(title) => Title::parse(&format!("{title} ({number})")).or_else(|_long| own()),
            None => own(),
        }
    }
}

/// What tells a file from others without reading all of it twice: the length and the beginning of
/// each of its parts.
#[derive(Debug, Clone, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    const SAMPLE: usize = 64 << 10;

    /// Adds the next part.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part.get(..Self::SAMPLE).unwrap_or(part));
    }

    /// The id of the version that the file becomes when it is sent with that form and what
    /// else is said of it.
    pub fn version(mut self, form: FormKey, about: &str) -> VersionId {
        self.0.update(form.as_bytes());
        self.0.update(about);
        let digest = self.0.finalize();
        let mut random = [0; 10];
        for (to, from) in random.iter_mut().zip(digest) {
            *to = from;
        }
        VersionId::new(form.moment(), random)
    }
}

/// A size in words: "0 bytes", "1 byte", "999 bytes", "1.5 KB", "100 MB", "4.7 GB".
///
/// Units are of 1,024, named as people know them; one decimal below 10 unless it is zero.
pub fn human_bytes(bytes: u64) -> String {
    match bytes {
        1 => return "1 byte".to_owned(),
        0..1024 => return format!("{bytes} bytes"),
        _ => (),
    }
    let (mut unit, mut name) = (1_u64 << 10, "KB");
    for (size, next) in [(1 << 20, "MB"), (1 << 30, "GB"), (1 << 40, "TB")] {
        // 1,023.5 of a unit would be shown as 1024.
        if bytes >= size - size / 2048 {
            (unit, name) = (size, next);
        }
    }
    let tenths = u128::from(bytes) * 10 + u128::from(unit / 2);
    let tenths = tenths / u128::from(unit);
    match (tenths / 10, tenths % 10) {
        (whole @ 0..10, tenth @ 1..) => format!("{whole}.{tenth} {name}"),
        (whole @ 0..10, 0) => format!("{whole} {name}"),
        _ => format!(
            "{} {name}",
            (u128::from(bytes) + u128::from(unit / 2)) / u128::from(unit)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_read_well() {
        for (bytes, want) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1 KB"),
            (1536, "1.5 KB"),
            (10 * 1024 + 100, "10 KB"),
            (MIB - 1, "1 MB"),
            (100 * MIB, "100 MB"),
            (1 << 30, "1 GB"),
            (5 << 30, "5 GB"),
            (5_046_586_573, "4.7 GB"),
            (10_737_000_000, "10 GB"),
        ] {
            assert_eq!(human_bytes(bytes), want, "{bytes}");
        }
    }

    #[test]
    fn what_is_refused_says_why() {
        let limit = UploadLimit::DEFAULT;
        assert_eq!(Plan::new(0, limit), Err(UploadRefused::Empty));
        assert_eq!(Plan::new(100 * MIB, limit).unwrap().parts(), 13);
        assert_eq!(
            Plan::new(150 * MIB, limit).unwrap_err().to_string(),
            "This file is too large: it has 150 MB, and up to 100 MB are possible. An owner or admin can raise the limit in Settings."
        );
    }

    #[test]
    fn forms_of_a_day_are_over_a_day_after_it() {
        let came = Timestamp(1_795_788_309_000);
        let blob = form_blob(came, [0xab; 16]);
        assert_eq!(blob, format!("form/2026-11-27/{}", "ab".repeat(16)));
        let end = came.date().end();
        let over = |at| blob < forms_are_over_before(at);
        assert!(!over(came) && !over(end) && !over(Timestamp(end.0 + 86_399_999)));
        assert!(over(Timestamp(end.0 + 86_400_000)) && over(Timestamp(end.0 + 400 * 86_400_000)));
    }

    #[test]
    fn a_file_takes_the_typed_title_or_its_name() {
        let file = FileName::clean("Plan.pdf");
        let titled = |title: &str| Wishes {
            title: Title::parse(title).ok(),
            ..Wishes::default()
        };
        let title = |wishes: Wishes, n| wishes.title(&file, n).unwrap().to_string();
        assert_eq!(title(titled(""), 1), "Plan");
        assert_eq!(title(titled("Offer"), 1), "Offer");
        assert_eq!(title(titled("Offer"), 2), "Offer (2)");
        assert_eq!(title(titled(&"x".repeat(199)), 2), "Plan");
        let hidden = FileName::clean("\u{3164}.pdf");
        assert!(
            !Wishes::default()
                .title(&hidden, 1)
                .unwrap()
                .as_str()
                .is_empty()
        );
    }

    #[test]
    fn the_same_file_of_the_same_form_is_the_same_version() {
        let forms = [
            "01890000-0000-7000-8000-000000000001",
            "01890000-0000-7000-8000-000000000002",
        ];
        let [form, other] = forms.map(|id| FormKey::parse(id).unwrap());
        let version = |parts: &[&[u8]], once, about| {
            let mut print = Fingerprint::default();
            for part in parts {
                print.add(part);
            }
            print.version(once, about)
        };
        let own = version(&[b"ab", b"c"], form, "x");
        assert_eq!(version(&[b"ab", b"c"], form, "x"), own);
        assert_eq!(own.moment(), form.moment());
        for different in [
            version(&[b"abc"], form, "x"),
            version(&[b"ab", b"d"], form, "x"),
            version(&[b"ab", b"c"], other, "x"),
            version(&[b"ab", b"c"], form, "y"),
        ] {
            assert_ne!(different, own);
        }
    }

    #[test]
    fn parts_are_checked() {
        let plan = Plan::of(2 * PART + 5);
        assert_eq!((plan.size_of(1), plan.size_of(3)), (Ok(PART), Ok(5)));
        assert_eq!(plan.size_of(0), Err(UploadRefused::UnknownPart));
        assert_eq!(plan.size_of(4), Err(UploadRefused::UnknownPart));
        assert_eq!(plan.check(3, 5), Ok(()));
        let wrong = UploadRefused::WrongPartSize {
            number: 1,
            expected: PART,
            actual: 5,
        };
        assert_eq!(plan.check(1, 5), Err(wrong));
        assert_eq!(Plan::resumed(plan.size(), plan.part_size()), Some(plan));
        assert_eq!(Plan::resumed(5, 0), None);
    }

    proptest! {
        #[test]
        fn every_plan_fits_r2(size in 1u64..=5_000_000_000_000) {
            let plan = Plan::of(size);
            prop_assert!(plan.parts() <= MAX_PARTS && plan.part_size() >= 5 * MIB);
            let last = plan.size_of(plan.parts()).unwrap();
            prop_assert!(last >= 1 && last <= plan.part_size());
            prop_assert_eq!((plan.parts() - 1) * plan.part_size() + last, size);
        }

        #[test]
        fn no_size_panics(bytes: u64) {
            prop_assert!(human_bytes(bytes).len() <= 24);
        }
    }
}
