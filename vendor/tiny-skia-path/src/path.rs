//! Paths of lines and curves.

use crate::{Point, Rect, Stroke, Transform};

/// What a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathVerb {
    /// The pen is set down elsewhere.
    Move,
    /// A line.
    Line,
    /// A curve with one handle.
    Quad,
    /// A curve with two handles.
    Cubic,
    /// Back to where the pen was set down.
    Close,
}

/// A segment with its points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PathSegment {
    /// The pen is set down elsewhere.
    MoveTo(Point),
    /// A line.
    LineTo(Point),
    /// A curve with one handle.
    QuadTo(Point, Point),
    /// A curve with two handles.
    CubicTo(Point, Point, Point),
    /// Back to where the pen was set down.
    Close,
}

/// A path of at least two segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    verbs: Vec<PathVerb>,
    points: Vec<Point>,
    bounds: Rect,
}

impl Path {
    /// The smallest rectangle around all its points, handles too.
    pub fn bounds(&self) -> Rect {
        self.bounds
    }

    /// The same; the original leaves handles out.
    pub fn compute_tight_bounds(&self) -> Option<Rect> {
        Some(self.bounds)
    }

    /// The outline of its stroke: none is made, so krilla takes the path itself for it.
    pub fn stroke(&self, _stroke: &Stroke, _scale: f32) -> Option<Self> {
        None
    }

    /// What its segments are.
    pub fn verbs(&self) -> &[PathVerb] {
        &self.verbs
    }

    /// What becomes of it.
    pub fn transform(mut self, by: Transform) -> Option<Self> {
        self.points.iter_mut().for_each(|point| by.map_point(point));
        self.bounds = Rect::from_points(&self.points)?;
        Some(self)
    }

    /// Its segments.
    pub fn segments(&self) -> impl Iterator<Item = PathSegment> + '_ {
        let mut points = self.points.iter().copied();
        let mut next = move || points.next().unwrap_or_default();
        self.verbs.iter().map(move |verb| match verb {
            PathVerb::Move => PathSegment::MoveTo(next()),
            PathVerb::Line => PathSegment::LineTo(next()),
            PathVerb::Quad => PathSegment::QuadTo(next(), next()),
            PathVerb::Cubic => PathSegment::CubicTo(next(), next(), next()),
            PathVerb::Close => PathSegment::Close,
        })
    }
}

/// A path that is being drawn.
#[derive(Debug, Clone, Default)]
pub struct PathBuilder {
    verbs: Vec<PathVerb>,
    points: Vec<Point>,
    /// Where the pen was set down, if it still is.
    start: Point,
    drawing: bool,
}

impl PathBuilder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the pen down elsewhere.
    pub fn move_to(&mut self, x: f32, y: f32) {
        if self.verbs.last() == Some(&PathVerb::Move) {
            self.points.pop();
        } else {
            self.verbs.push(PathVerb::Move);
        }
        self.start = Point::from_xy(x, y);
        self.points.push(self.start);
        self.drawing = true;
    }

    fn draw(&mut self, verb: PathVerb, points: &[(f32, f32)]) {
        if !self.drawing {
            self.move_to(self.start.x, self.start.y);
        }
        self.verbs.push(verb);
        self.points
            .extend(points.iter().map(|(x, y)| Point::from_xy(*x, *y)));
    }

    /// Draws a line.
    pub fn line_to(&mut self, x: f32, y: f32) {
        self.draw(PathVerb::Line, &[(x, y)]);
    }

    /// Draws a curve with one handle.
    pub fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.draw(PathVerb::Quad, &[(x1, y1), (x, y)]);
    }

    /// Draws a curve with two handles.
    pub fn cubic_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.draw(PathVerb::Cubic, &[(x1, y1), (x2, y2), (x, y)]);
    }

    /// Goes back to where the pen was set down.
    pub fn close(&mut self) {
        if !matches!(self.verbs.last(), None | Some(PathVerb::Close)) {
            self.verbs.push(PathVerb::Close);
        }
        self.drawing = false;
    }

    /// Draws a rectangle.
    pub fn push_rect(&mut self, rect: Rect) {
        self.move_to(rect.left(), rect.top());
        self.line_to(rect.right(), rect.top());
        self.line_to(rect.right(), rect.bottom());
        self.line_to(rect.left(), rect.bottom());
        self.close();
    }

    /// The path, where anything was drawn.
    pub fn finish(self) -> Option<Path> {
        if self.verbs.len() < 2 {
            return None;
        }
        Some(Path {
            bounds: Rect::from_points(&self.points)?,
            verbs: self.verbs,
            points: self.points,
        })
    }
}
