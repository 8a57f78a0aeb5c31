//! Where everything goes: pages of things to draw, and the tree that says what they are.
//!
//! Nothing is drawn while the layout runs, because a page's foot says how many pages there are.

use super::colour::Rgb;
use super::qr::Code;
use super::text::Fonts;
use krilla::image::Image;
use krilla::tagging::{ArtifactType, TagKind};

/// Text of one look.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub bold: bool,
    pub size: f32,
    pub colour: Rgb,
}

impl Style {
    pub const fn new(size: f32, colour: Rgb) -> Self {
        Self {
            bold: false,
            size,
            colour,
        }
    }
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
    /// From one line's foot to the next.
    pub fn leading(self) -> f32 {
        self.size * 1.42
    }
}

/// What a thing on a page is: a part of the tree, or furniture that is not read aloud.
#[derive(Clone, Copy)]
pub(super) enum Role {
    Part(Node),
    Furniture(ArtifactType),
}

/// A place in the tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Node(usize);

/// A rectangle from its left upper corner, in points.
#[derive(Clone, Copy)]
pub(super) struct Area {
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
}

/// Something to draw.
pub(super) enum Thing {
    Text {
        x: f32,
        /// The line that the letters stand on.
        foot: f32,
        style: Style,
        text: String,
    },
    Fill(Area, Rgb, f32),
    Picture(Area, Image),
    Code(Area, Code),
    Link(Area, String, String),
    /// Large letters from corner to corner.
    Across(String),
}

pub(super) struct Entry {
    pub role: Role,
    pub thing: Thing,
}

pub(super) enum Child {
    Node(Node),
    /// Page and position on it.
    Entry(usize, usize),
}

pub(super) struct Branch {
    pub tag: TagKind,
    pub children: Vec<Child>,
}

/// The pages so far.
pub(super) struct Flow<'a> {
    pub fonts: &'a Fonts,
    pub width: f32,
    pub height: f32,
    pub pages: Vec<Vec<Entry>>,
    pub branches: Vec<Branch>,
    pub roots: Vec<Node>,
    /// Where the next thing begins.
    pub y: f32,
    /// What cannot be shown.
    pub lacks: Vec<char>,
}

/// Left and right of everything.
pub(super) const MARGIN: f32 = 48.0;
/// Where pages after the first begin.
pub(super) const TOP: f32 = 72.0;
/// What the foot of a page takes.
pub(super) const BOTTOM: f32 = 54.0;

impl<'a> Flow<'a> {
    pub fn new(fonts: &'a Fonts, width: f32, height: f32) -> Self {
        Self {
            fonts,
            width,
            height,
            pages: vec![Vec::new()],
            branches: Vec::new(),
            roots: Vec::new(),
            y: TOP,
            lacks: Vec::new(),
        }
    }

    /// The width between the margins.
    pub fn measure(&self) -> f32 {
        self.width - 2.0 * MARGIN
    }

    pub fn right(&self) -> f32 {
        self.width - MARGIN
    }

    /// The most that fits on a page of its own.
    pub fn room(&self) -> f32 {
        self.height - BOTTOM - TOP
    }

    /// A new part at the end of the document.
    pub fn root(&mut self, tag: impl Into<TagKind>) -> Node {
        let node = self.grow(tag.into());
        self.roots.push(node);
        node
    }

    /// A new part at the end of another.
    pub fn child(&mut self, parent: Node, tag: impl Into<TagKind>) -> Node {
        let node = self.grow(tag.into());
        self.adopt(parent, Child::Node(node));
        node
    }

    fn grow(&mut self, tag: TagKind) -> Node {
        self.branches.push(Branch {
            tag,
            children: Vec::new(),
        });
        Node(self.branches.len() - 1)
    }

    fn adopt(&mut self, parent: Node, child: Child) {
        if let Some(branch) = self.branches.get_mut(parent.0) {
            branch.children.push(child);
        }
    }

    pub fn branch(&self, node: Node) -> Option<&Branch> {
        self.branches.get(node.0)
    }

    /// Goes to a new page unless so much fits on this one.
    pub fn need(&mut self, height: f32) -> bool {
        let fits = self.y + height <= self.height - BOTTOM;
        if !fits {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
        !fits
    }

    pub fn put(&mut self, role: Role, thing: Thing) {
        let page = self.pages.len() - 1;
        self.put_on(page, role, thing);
    }

    pub fn put_on(&mut self, page: usize, role: Role, thing: Thing) {
        let Some(entries) = self.pages.get_mut(page) else {
            return;
        };
        entries.push(Entry { role, thing });
        let at = entries.len() - 1;
        if let Role::Part(node) = role {
            self.adopt(node, Child::Entry(page, at));
        }
    }

    /// One line of text from a point.
    pub fn text(&mut self, role: Role, x: f32, foot: f32, style: Style, text: &str) {
        if matches!(role, Role::Part(_)) {
            self.lacks.extend(self.fonts.lacks(text));
        }
        let text = text.to_owned();
        self.put(
            role,
            Thing::Text {
                x,
                foot,
                style,
                text,
            },
        );
    }

    /// One line of text up to a point.
    pub fn text_to(&mut self, role: Role, right: f32, foot: f32, style: Style, text: &str) {
        let width = self.text_width(style, text.trim_end());
        self.text(role, right - width, foot, style, text);
    }

    pub fn text_width(&self, style: Style, text: &str) -> f32 {
        self.fonts.face(style.bold).width(text, style.size)
    }

    pub fn wrap(&self, style: Style, text: &str, most: f32) -> Vec<String> {
        let face = self.fonts.face(style.bold);
        face.wrap(text, style.size, most)
    }

    /// A text in lines from `x` at the present height, over as many pages as it takes.
    pub fn paragraph(&mut self, role: Role, x: f32, style: Style, text: &str, most: f32) {
        for line in self.wrap(style, text, most) {
            self.need(style.leading());
            let foot = self.y + style.size;
            self.text(role, x, foot, style, &line);
            self.y += style.leading();
        }
    }

    pub fn rule(&mut self, y: f32, x: f32, w: f32, colour: Rgb) {
        let area = Area { x, y, w, h: 0.75 };
        self.put(
            Role::Furniture(ArtifactType::Layout),
            Thing::Fill(area, colour, 0.0),
        );
    }
}

impl Flow<'_> {
    /// Large letters behind everything on every page.
    pub fn across(&mut self, text: &str) {
        let role = Role::Furniture(ArtifactType::Watermark);
        for page in 0..self.pages.len() {
            let Some(entries) = self.pages.get_mut(page) else {
                continue;
            };
            entries.insert(
                0,
                Entry {
                    role,
                    thing: Thing::Across(text.to_owned()),
                },
            );
        }
        for branch in &mut self.branches {
            for child in &mut branch.children {
                if let Child::Entry(_, at) = child {
                    *at += 1;
                }
            }
        }
    }
}
